/** Requests to the server extension. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Catalogue } from './catalogue';
import type { NbauditResult } from './result';

/** `missing`: the server has no extension of ours. `refused`: it says why in a sentence. `unreachable`: no answer. */
export type Trouble = 'missing' | 'refused' | 'unreachable';

export class ApiError extends Error {
  constructor(
    readonly kind: Trouble,
    message: string
  ) {
    super(message);
  }
}

export interface Choices {
  min_confidence?: number;
  ignore: string[];
}

export interface FolderReport {
  index: string;
  pages: Record<string, string>;
}

export interface FalseFinding {
  key: string;
  notebook: string;
  issue: string;
  check: string;
  message: string;
  code: string;
  reason: string;
}

export class Api {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async info(): Promise<Catalogue> {
    return (await this.ask('info')).json();
  }

  /** Audit the notebook with this JSON text as if it stood at `path`. */
  async audit(path: string, notebook: string, choices: Choices, signal: AbortSignal): Promise<NbauditResult> {
    const query = { path, ...asQuery(choices) };
    return (await this.ask('audit', query, { method: 'POST', body: notebook, signal })).json();
  }

  async report(path: string, notebook: string, choices: Choices): Promise<string> {
    return (await this.ask('report', { path, ...asQuery(choices) }, { method: 'POST', body: notebook })).text();
  }

  async folder(paths: string[], choices: Choices): Promise<FolderReport> {
    return (await this.ask('folder', asQuery(choices), { method: 'POST', body: JSON.stringify({ paths }) })).json();
  }

  async suppression(
    source: string,
    line: number,
    names: string[],
    reason: string
  ): Promise<{ line: number; column: number; text: string }> {
    const body = JSON.stringify({ source, line, names, reason });
    return (await this.ask('suppression', {}, { method: 'POST', body })).json();
  }

  async falseFindings(path: string): Promise<FalseFinding[]> {
    return (await (await this.ask('false-findings', { path })).json()).entries;
  }

  async addFalseFinding(entry: FalseFinding): Promise<void> {
    await this.ask('false-findings', {}, { method: 'POST', body: JSON.stringify(entry) });
  }

  async removeFalseFinding(path: string, key: string): Promise<void> {
    await this.ask('false-findings', { path, key }, { method: 'DELETE' });
  }

  private async ask(name: string, query: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, 'nbaudit', 'api', name) + URLExt.objectToQueryString(query);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch (error) {
      if (init.signal?.aborted) {
        throw error;
      }
      throw new ApiError('unreachable', String((error as Error).message ?? error));
    }
    if (response.ok) {
      return response;
    }
    let message = '';
    try {
      const body = await response.json();
      message = body.message || body.reason || '';
    } catch {
      // Not our answer: a page of a proxy, or of a server without the extension.
    }
    if (response.status === 404 && (!message || message === 'Not Found')) {
      throw new ApiError('missing', message);
    }
    throw new ApiError('refused', message || `${response.status} ${response.statusText}`);
  }
}

function asQuery(choices: Choices): Record<string, string> {
  const query: Record<string, string> = {};
  if (choices.min_confidence) {
    query.min_confidence = String(choices.min_confidence);
  }
  if (choices.ignore.length) {
    query.ignore = choices.ignore.join(',');
  }
  return query;
}
