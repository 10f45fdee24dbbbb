/** Squiggles and marked lines in the editors of cells; nothing of it is in the notebook's model. */

import { Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState, Extension, StateEffect, StateField, Text } from '@codemirror/state';
import { Decoration, DecorationSet, EditorView, tooltips, ViewPlugin } from '@codemirror/view';
import { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';

/** Code to underline: lines from 1 and columns from 0 as they are in the editor now. */
export interface Squiggle {
  /** Tells findings apart; another audit gives others. */
  key: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  grave: boolean;
  render: () => HTMLElement;
}

export interface Lines {
  from: number;
  to: number;
}

const setLines = StateEffect.define<Lines | null>();

const markedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marked, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setLines)) {
        return effect.value ? lineMarks(transaction.state.doc, effect.value) : Decoration.none;
      }
    }
    // What was pointed at is being edited: the mark has done its work.
    return transaction.docChanged ? Decoration.none : marked;
  },
  provide: field => EditorView.decorations.from(field)
});

function lineMarks(doc: Text, lines: Lines): DecorationSet {
  const mark = Decoration.line({ class: 'nbaudit-line' });
  const last = Math.min(lines.to, doc.lines);
  const marks = [];
  for (let number = Math.max(lines.from, 1); number <= last; number++) {
    marks.push(mark.range(doc.line(number).from));
  }
  return Decoration.set(marks);
}

/** Knows the editors of each cell's model, also of those that are made later, and what each is to show. */
export class Editors {
  constructor(registry: IEditorExtensionRegistry) {
    registry.addExtension({
      name: 'nbaudit',
      factory: ({ model }) => EditorExtensionRegistry.createImmutableExtension(this.extension(model))
    });
  }

  /** Underline code in the editors of a model; an empty list takes the lines away. */
  underline(model: CodeEditor.IModel, squiggles: Squiggle[]): void {
    const former = this._squiggles.get(model) ?? [];
    // The editor keeps the lines where they are while their code moves; setting them again closes their cards.
    if (signature(former) === signature(squiggles)) {
      return;
    }
    if (squiggles.length) {
      this._squiggles.set(model, squiggles);
    } else {
      this._squiggles.delete(model);
    }
    for (const view of this._views.get(model) ?? []) {
      this.show(view, squiggles);
    }
  }

  /** Mark lines in the editors of a model, and nowhere else. */
  highlight(model: CodeEditor.IModel | null, lines: Lines | null): void {
    const former = this._highlighted;
    this._highlighted = model && lines ? { model, lines } : null;
    for (const view of (former && this._views.get(former.model)) ?? []) {
      view.dispatch({ effects: setLines.of(null) });
    }
    for (const view of (model && this._views.get(model)) ?? []) {
      view.dispatch({ effects: setLines.of(lines) });
    }
  }

  private extension(model: CodeEditor.IModel): Extension {
    const views = this._views;
    const starts = (view: EditorView): void => this.start(view, model);
    return [
      markedLines,
      // A cell clips what stands out of it, so its hover cards live in the page.
      tooltips({ parent: document.body }),
      ViewPlugin.define(view => {
        let gone = false;
        if (!views.has(model)) {
          views.set(model, new Set());
        }
        views.get(model)!.add(view);
        // An editor can't be changed while it is being made.
        queueMicrotask(() => gone || starts(view));
        return {
          destroy: () => {
            gone = true;
            views.get(model)?.delete(view);
          }
        };
      })
    ];
  }

  private start(view: EditorView, model: CodeEditor.IModel): void {
    const squiggles = this._squiggles.get(model);
    if (squiggles) {
      this.show(view, squiggles);
    }
    if (this._highlighted?.model === model) {
      view.dispatch({ effects: setLines.of(this._highlighted.lines) });
    }
  }

  private show(view: EditorView, squiggles: Squiggle[]): void {
    const diagnostics = squiggles.map(item => diagnostic(view.state, item)).filter(item => item !== null);
    view.dispatch(setDiagnostics(view.state, diagnostics));
  }

  private _views = new WeakMap<CodeEditor.IModel, Set<EditorView>>();
  private _squiggles = new WeakMap<CodeEditor.IModel, Squiggle[]>();
  private _highlighted: { model: CodeEditor.IModel; lines: Lines } | null = null;
}

function signature(squiggles: Squiggle[]): string {
  return JSON.stringify(squiggles.map(item => [item.key, item.line, item.column, item.endLine, item.endColumn]));
}

function diagnostic(state: EditorState, item: Squiggle): Diagnostic | null {
  const { doc } = state;
  if (item.line > doc.lines) {
    return null;
  }
  const first = doc.line(item.line);
  const last = doc.line(Math.min(item.endLine, doc.lines));
  const from = Math.min(first.from + item.column, first.to);
  const to = Math.max(Math.min(last.from + item.endColumn, last.to), from);
  return {
    from,
    to,
    severity: item.grave ? 'warning' : 'info',
    source: 'nbaudit',
    markClass: `nbaudit-squiggle ${item.grave ? 'nbaudit-high' : 'nbaudit-low'}`,
    message: '',
    renderMessage: () => item.render()
  };
}
