/** The phase of each section in the table of contents. */

import { NotebookPanel } from '@jupyterlab/notebook';
import { ITableOfContentsTracker, TableOfContents } from '@jupyterlab/toc';
import { Signal } from '@lumino/signaling';

import type { Audit, Audits } from './audits';
import { PHASES } from './catalogue';
import { sectionPhases } from './logic';

const PHASE = 'data-nbaudit-phase';

type Heading = TableOfContents.IHeading & { cellRef?: { model?: { id: string } } };

/** Give the headings of audited notebooks a data attribute with their phase, which the style sheet shows. */
export function markContents(tracker: ITableOfContentsTracker, audits: Audits): void {
  audits.added.connect((_, audit) => {
    let followed: TableOfContents.Model | null = null;
    const update = (): void => {
      const model = tracker.get(audit.panel as NotebookPanel);
      if (!model || audit.panel.isDisposed) {
        return;
      }
      if (followed !== model) {
        followed = model;
        model.headingsChanged.connect(() => mark(model, audit, audits));
      }
      mark(model, audit, audits);
    };
    audit.changed.connect(update);
    audits.settings.changed.connect(update);
    audit.panel.disposed.connect(() => audits.settings.changed.disconnect(update));
  });
}

function mark(model: TableOfContents.Model, audit: Audit, audits: Audits): void {
  const headings = model.headings as Heading[];
  const { state } = audit;
  const shown = state.kind === 'done' && audits.settings.showPhases;
  const index = new Map(audit.cells().map((cell, number) => [cell.id, number]));
  const starts = headings.map(heading => index.get(heading.cellRef?.model?.id ?? '') ?? -1);
  const phases = shown
    ? sectionPhases(
        starts,
        state.result.cells.map(cell => cell.phase)
      )
    : [];
  let different = false;
  headings.forEach((heading, number) => {
    const key = starts[number] >= 0 && phases[number] ? (PHASES[phases[number]] ?? 'setup') : '';
    if ((heading.dataset?.[PHASE] ?? '') === key) {
      return;
    }
    const { [PHASE]: _, ...rest } = heading.dataset ?? {};
    void _;
    heading.dataset = key ? { ...rest, [PHASE]: key } : rest;
    different = true;
  });
  if (different) {
    // The model itself tells of changes of its list alone.
    (model.stateChanged as Signal<unknown, void>).emit();
  }
}
