/** The audits of the open notebooks: what each one's state is, and where its findings are now. */

import { NotebookPanel } from '@jupyterlab/notebook';
import { Contents } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';

import { Api, ApiError, FalseFinding } from './api';
import type { Catalogue } from './catalogue';
import { CellText, hash, keyOf, lean, locate, Place, sameCells, Span } from './logic';
import type { Finding, NbauditResult } from './result';
import type { Settings } from './settings';

export type State =
  | { kind: 'idle' }
  | { kind: 'busy' }
  | { kind: 'error'; error: ApiError }
  | {
      kind: 'done';
      result: NbauditResult;
      cells: CellText[];
      findings: Finding[];
      falseOnes: [Finding, FalseFinding][];
    };

/** The audit of one notebook panel. */
export class Audit {
  constructor(
    readonly panel: NotebookPanel,
    private readonly shared: Audits
  ) {
    // The shared model tells of its list of cells alone, and of code that is edited only as the notebook gets dirty.
    panel.content.model?.contentChanged.connect(this.onEdit, this);
    panel.context.saveState.connect(this.onSave, this);
    panel.context.pathChanged.connect(this.onRename, this);
    panel.disposed.connect(this.dispose, this);
  }

  /** The last result is kept while a new audit runs, so that nothing flickers. */
  get state(): State {
    return this._busy && this._state.kind !== 'done' ? { kind: 'busy' } : this._state;
  }

  get busy(): boolean {
    return this._busy !== null;
  }

  /** Whether cells differ from those that were audited. */
  get stale(): boolean {
    return this._stale;
  }

  /** The error of an audit that failed while an older result is shown. */
  get lateError(): ApiError | null {
    return this._lateError;
  }

  get path(): string {
    return this.shared.contents.localPath(this.panel.context.path);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when findings may be elsewhere, since cells were edited, moved, split, merged or deleted. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  get result(): NbauditResult | null {
    return this._state.kind === 'done' ? this._state.result : null;
  }

  get findings(): readonly Finding[] {
    return this._state.kind === 'done' ? this._state.findings : [];
  }

  /** The notebook as it stands in the editor, saved or not, without what an audit doesn't read. */
  content(): string {
    return JSON.stringify(this.lean());
  }

  private lean(): { cells: unknown[] } {
    return lean(this.panel.context.model.toJSON() as unknown as { cells: unknown[] });
  }

  cells(): CellText[] {
    return [...(this.panel.content.model?.cells ?? [])].map(cell => ({
      id: cell.id,
      source: cell.sharedModel.getSource(),
      kind: cell.type,
      ignores: ((cell.getMetadata('tags') as string[] | undefined) ?? [])
        .filter(tag => String(tag).toLowerCase().startsWith('nbaudit-'))
        .join(' ')
    }));
  }

  /** Audit what stands in the editor; an audit that still runs is cancelled, and its answer dropped. */
  async run(): Promise<void> {
    await this.panel.context.ready;
    if (this.panel.isDisposed) {
      return;
    }
    this.cancel();
    const abort = new AbortController();
    this._busy = abort;
    this._changed.emit();
    const path = this.path;
    try {
      const api = this.shared.api;
      await this.shared.catalogue();
      if (this._busy !== abort) {
        return;
      }
      const cells = this.cells();
      const content = this.lean();
      this._sent = { cells, print: print(content) };
      const result = await api.audit(path, JSON.stringify(content), this.shared.settings.choices(), abort.signal);
      const marked = await api.falseFindings(path);
      if (this._busy === abort) {
        this.finish(result, cells, marked);
      }
    } catch (error) {
      if (this._busy === abort && !abort.signal.aborted) {
        this.fail(error instanceof ApiError ? error : new ApiError('unreachable', String(error)));
      }
    } finally {
      if (this._busy === abort) {
        this._busy = null;
      }
      if (!this.panel.isDisposed) {
        this._changed.emit();
      }
    }
  }

  cancel(): void {
    this._busy?.abort();
    this._busy = null;
    window.clearTimeout(this._typing);
    this._typing = 0;
    if (this._state.kind === 'idle') {
      this._sent = null;
    }
    this._changed.emit();
  }

  /** Where the lines of a span are now, or null where they are gone. */
  place(span: Span, now: CellText[] = this.cells()): Place | null {
    return this._state.kind === 'done' ? locate(span, this._state.cells, now) : null;
  }

  key(finding: Finding): string {
    return this._state.kind === 'done' ? keyOf(finding, this._state.cells) : '';
  }

  /** Keep a finding as false in the user's file, and show it no longer. */
  async markFalse(finding: Finding, reason: string): Promise<void> {
    if (this._state.kind !== 'done') {
      return;
    }
    const { cells } = this._state;
    const touched = [...new Set([finding.cell, ...finding.evidence.map(step => step.cell)])].sort((a, b) => a - b);
    await this.shared.api.addFalseFinding({
      key: keyOf(finding, cells),
      notebook: this.path,
      issue: finding.issue,
      check: finding.check,
      message: finding.message,
      code: touched.map(index => `# cell ${index}\n${cells[index]?.source ?? ''}`).join('\n\n'),
      reason
    });
    await this.readFalseFindings();
  }

  async unmarkFalse(entry: FalseFinding): Promise<void> {
    await this.shared.api.removeFalseFinding(entry.notebook, entry.key);
    await this.readFalseFindings();
  }

  private async readFalseFindings(): Promise<void> {
    const marked = await this.shared.api.falseFindings(this.path);
    if (this._state.kind === 'done') {
      this.finish(this._state.result, this._state.cells, marked);
      this._changed.emit();
    }
  }

  private finish(result: NbauditResult, cells: CellText[], marked: FalseFinding[]): void {
    const entries = new Map(marked.map(entry => [entry.key, entry]));
    const findings: Finding[] = [];
    const falseOnes: [Finding, FalseFinding][] = [];
    for (const finding of result.findings) {
      const entry = entries.get(keyOf(finding, cells));
      if (entry) {
        falseOnes.push([finding, entry]);
      } else {
        findings.push(finding);
      }
    }
    this._state = { kind: 'done', result, cells, findings, falseOnes };
    this._lateError = null;
    this._stale = this.differs();
  }

  private fail(error: ApiError): void {
    if (this._state.kind === 'done') {
      this._lateError = error;
    } else {
      this._state = { kind: 'error', error };
    }
  }

  private differs(): boolean {
    if (this._state.kind !== 'done') {
      return false;
    }
    return !sameCells(this._state.cells, this.cells());
  }

  private onEdit(): void {
    // A kernel that starts writes metadata: compare what the audit reads, not that something changed.
    window.clearTimeout(this._comparing);
    this._comparing = window.setTimeout(() => this.compare(), 150);
    if (this.shared.settings.auditWhileTyping && this._sent) {
      window.clearTimeout(this._typing);
      this._typing = window.setTimeout(() => {
        this._typing = 0;
        if (this._sent && !sameCells(this._sent.cells, this.cells())) {
          void this.run();
        }
      }, this.shared.settings.typingPause);
    }
  }

  private compare(): void {
    if (this.panel.isDisposed) {
      return;
    }
    if (this._busy && this._sent && this._typing && !sameCells(this._sent.cells, this.cells())) {
      // What runs reads cells that are old by now; the pause that follows the typing starts the next audit.
      this._busy.abort();
      this._busy = null;
      this._changed.emit();
    }
    if (this._state.kind !== 'done') {
      return;
    }
    const stale = this.differs();
    this._moved.emit();
    if (stale !== this._stale) {
      this._stale = stale;
      this._changed.emit();
    }
  }

  private onSave(_: unknown, state: string): void {
    // An audit reads the outputs, too, so cells that were run since then count like cells that were edited.
    const { auditOnSave } = this.shared.settings;
    if (state === 'completed' && auditOnSave && this._sent && print(this.lean()) !== this._sent.print) {
      void this.run();
    }
  }

  private onRename(): void {
    if (this._state.kind === 'done') {
      void this.run();
    } else {
      this._changed.emit();
    }
  }

  private dispose(): void {
    this._busy?.abort();
    this._busy = null;
    window.clearTimeout(this._typing);
    window.clearTimeout(this._comparing);
    Signal.clearData(this);
  }

  private _state: State = { kind: 'idle' };
  private _busy: AbortController | null = null;
  /** What the latest audit was asked about; null before the first. */
  private _sent: { cells: CellText[]; print: string } | null = null;
  private _stale = false;
  private _lateError: ApiError | null = null;
  private _typing = 0;
  private _comparing = 0;
  private _changed = new Signal<this, void>(this);
  private _moved = new Signal<this, void>(this);
}

/** Tells whether the cells, with tags and outputs, are the same. A kernel that starts changes the notebook's metadata only. */
function print(notebook: { cells: unknown[] }): string {
  const text = JSON.stringify(notebook.cells);
  return `${text.length} ${hash(text)}`;
}

/** The audits by notebook panel, and what they share. */
export class Audits {
  constructor(
    readonly api: Api,
    readonly contents: Contents.IManager,
    readonly settings: Settings,
    private readonly trans: TranslationBundle
  ) {}

  /** The audit of a panel, which lives as long as the panel. */
  of(panel: NotebookPanel): Audit {
    let audit = this._audits.get(panel);
    if (!audit) {
      audit = new Audit(panel, this);
      this._audits.set(panel, audit);
      this._added.emit(audit);
    }
    return audit;
  }

  get added(): ISignal<this, Audit> {
    return this._added;
  }

  /** The catalogue, asked for once; after an error the next call asks again. */
  catalogue(): Promise<Catalogue> {
    this._catalogue ??= this.api.info().then(
      found => {
        if (found.schema.split('.')[0] !== '1') {
          throw new ApiError(
            'refused',
            this.trans.__(
              'The server’s nbaudit %1 speaks another language than this page. Restart the server, then reload the page.',
              found.version
            )
          );
        }
        this.known = found;
        return found;
      },
      error => {
        this._catalogue = null;
        throw error;
      }
    );
    return this._catalogue;
  }

  /** The catalogue where it has come. */
  known: Catalogue | null = null;
  private _catalogue: Promise<Catalogue> | null = null;
  private _audits = new WeakMap<NotebookPanel, Audit>();
  private _added = new Signal<this, Audit>(this);
}
