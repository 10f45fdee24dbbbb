/** Bringing a cell into view, also one that JupyterLab has not attached yet. */

import { EditorView } from '@codemirror/view';
import { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { NotebookPanel } from '@jupyterlab/notebook';
import { PanelLayout } from '@lumino/widgets';

/** How long a cell may take to come into view and to stay there, in ms. */
const LONGEST = 6000;
const STEADY = 400;

let latest = 0;

/** Make the cell active and bring it into view; true once it is there, false where a later jump took over. */
export async function jumpTo(panel: NotebookPanel, index: number, line: number): Promise<boolean> {
  const own = ++latest;
  const notebook = panel.content;
  const cell = notebook.widgets[index];
  if (!cell) {
    return false;
  }
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  attach(panel, index);
  const scroll = (): void => {
    // It rejects where a later scroll supersedes it.
    void notebook.scrollToItem(index, 'center').catch(() => undefined);
  };
  scroll();
  const began = Date.now();
  let seen = 0;
  while (Date.now() - began < LONGEST) {
    await new Promise(resolve => setTimeout(resolve, 50));
    if (own !== latest || panel.isDisposed || cell.isDisposed) {
      return false;
    }
    if (!cell.node.isConnected) {
      attach(panel, index);
    }
    if (inView(notebook.node, rectangle(cell, line))) {
      seen ||= Date.now();
      if (Date.now() - seen >= STEADY) {
        return true;
      }
    } else {
      seen = 0;
      if (cell.node.isConnected) {
        // In 4.0 to 4.5 scrollToItem can resolve without having scrolled, and `full` windowing can miss the place.
        scrollTo(cell, line);
      } else {
        scroll();
      }
    }
  }
  return inView(notebook.node, rectangle(cell, line));
}

/** What JupyterLab does when it is idle: put a cell that is far away into the page. */
function attach(panel: NotebookPanel, index: number): void {
  const cell = panel.content.widgets[index];
  const layout = panel.content.layout;
  if (cell.node.isConnected || !(layout instanceof PanelLayout)) {
    return;
  }
  try {
    cell.node.dataset.windowedListIndex = String(index);
    layout.insertWidget(index, cell);
  } catch (error) {
    // Its inner workings may change; then scrolling alone has to do.
    console.debug('nbaudit: a cell could not be attached', error);
  }
}

/** The cell's editor, null where it has none (yet), or shows the cell rendered. */
function editorOf(cell: Cell): EditorView | null {
  const { editor } = cell;
  return editor instanceof CodeMirrorEditor && editor.host.offsetParent !== null ? editor.editor : null;
}

/** Where a line starts in the editor's text. */
function start(view: EditorView, line: number): number {
  return view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
}

function scrollTo(cell: Cell, line: number): void {
  const view = editorOf(cell);
  if (view) {
    // Of a long cell the editor draws what is in view alone: it must be asked for a line, whose node may not exist.
    view.dispatch({ effects: EditorView.scrollIntoView(start(view, line), { y: 'center' }) });
  } else {
    cell.node.scrollIntoView({ block: 'center' });
  }
}

interface Stretch {
  top: number;
  bottom: number;
}

/** Where a line is on the screen, or the cell where it has no lines; null where it isn't drawn. */
function rectangle(cell: Cell, line: number): Stretch | null {
  if (!cell.node.isConnected) {
    return null;
  }
  const view = editorOf(cell);
  return view ? view.coordsAtPos(start(view, line)) : cell.node.getBoundingClientRect();
}

function inView(frame: HTMLElement, inner: Stretch | null): boolean {
  if (!inner) {
    return false;
  }
  const outer = frame.getBoundingClientRect();
  const height = inner.bottom - inner.top;
  const visible = Math.min(inner.bottom, outer.bottom) - Math.max(inner.top, outer.top);
  return height > 0 && visible >= Math.min(height, 20);
}
