/** The panel at the right: what the audit of the current notebook says. */

import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

import type { Suppression } from './actions';
import type { FalseFinding } from './api';
import type { Audit, Audits } from './audits';
import { auditIcon } from './icons';
import type { Span } from './logic';
import type { Finding } from './result';
import { View } from './view';

/** What the panel's buttons do. */
export interface Deeds {
  audit(audit: Audit): void;
  report(audit: Audit): void;
  save(audit: Audit): void;
  jump(audit: Audit, span: Span): void;
  copy(finding: Finding): void;
  insert(audit: Audit, finding: Finding): void;
  suppress(audit: Audit, span: Span, how: Suppression): Promise<void>;
  markFalse(audit: Audit, finding: Finding, reason: string): Promise<void>;
  unmarkFalse(audit: Audit, entry: FalseFinding): Promise<void>;
  hasSettings(): boolean;
  settings(): void;
  openNotebook(): void;
  leave(): void;
}

/** A finding that the panel is to open, asked for from outside of it. */
export interface Focus {
  key: string;
}

export class Panel extends ReactWidget {
  constructor(
    private readonly front: () => NotebookPanel | null,
    readonly audits: Audits,
    readonly deeds: Deeds,
    readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'nbaudit-panel';
    this.addClass('nbaudit-panel');
    this.title.icon = auditIcon;
    this.title.caption = trans.__('ML debt (nbaudit)');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('ML debt of the notebook'));
    audits.settings.changed.connect(() => this._changed.emit());
    this.follow();
  }

  /** The audit of the current notebook, null where none is open. */
  get audit(): Audit | null {
    return this._audit;
  }

  /** Emitted when anything that is shown may be different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Open a finding in the panel and bring it into view there. */
  reveal(audit: Audit, finding: Finding): void {
    this.focus = { key: audit.key(finding) };
    this._revealed = this.focus.key;
    this._changed.emit();
  }

  /** Put the keyboard's focus on the finding that was shown last, else on the first one, else on what there is. */
  takeFocus(): void {
    const find = (selector: string): HTMLElement | null => this.node.querySelector(selector);
    // A panel that was hidden is drawn in the next frame.
    requestAnimationFrame(() => {
      const last = `[data-key="${CSS.escape(this._revealed)}"] .nbaudit-finding-main`;
      (find(last) ?? find('.nbaudit-finding-main') ?? find('.nbaudit-blank button') ?? find('button'))?.focus();
    });
  }

  focus: Focus | null = null;

  protected render(): React.ReactElement {
    return <View panel={this} />;
  }

  /** Show the notebook that is in front now. */
  follow(): void {
    const current = this.front();
    if (current && current === this._audit?.panel) {
      return;
    }
    this._audit?.changed.disconnect(this.onChange, this);
    this._audit?.moved.disconnect(this.onChange, this);
    this._audit = null;
    this._changed.emit();
    if (!current) {
      return;
    }
    // The model is there only once the file has been read.
    void current.context.ready.then(() => {
      if (this.front() === current && !current.isDisposed) {
        this._audit = this.audits.of(current);
        this._audit.changed.connect(this.onChange, this);
        this._audit.moved.connect(this.onChange, this);
        this._changed.emit();
      }
    });
  }

  private onChange(): void {
    this._changed.emit();
  }

  private _revealed = '';
  private _audit: Audit | null = null;
  private _changed = new Signal<this, void>(this);
}
