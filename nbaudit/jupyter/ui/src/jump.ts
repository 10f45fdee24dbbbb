/** Bringing a cell into view, also one that JupyterLab has not attached yet. */

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
  const start = Date.now();
  let seen = 0;
  while (Date.now() - start < LONGEST) {
    await new Promise(resolve => setTimeout(resolve, 50));
    if (own !== latest || panel.isDisposed || cell.isDisposed) {
      return false;
    }
    if (!cell.node.isConnected) {
      attach(panel, index);
    }
    if (inView(notebook.node, target(cell.node, line))) {
      seen ||= Date.now();
      if (Date.now() - seen >= STEADY) {
        return true;
      }
    } else {
      seen = 0;
      if (cell.node.isConnected) {
        // In 4.0 to 4.5 scrollToItem can resolve without having scrolled, and `full` windowing can miss the place.
        target(cell.node, line).scrollIntoView({ block: 'center' });
      } else {
        scroll();
      }
    }
  }
  return inView(notebook.node, cell.node);
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

function target(node: HTMLElement, line: number): HTMLElement {
  const editor = node.querySelector<HTMLElement>('.cm-content');
  const row = editor?.querySelectorAll<HTMLElement>('.cm-line')[line - 1];
  return row ?? node;
}

function inView(frame: HTMLElement, node: HTMLElement): boolean {
  const outer = frame.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  const visible = Math.min(inner.bottom, outer.bottom) - Math.max(inner.top, outer.top);
  return node.isConnected && inner.height > 0 && visible >= Math.min(inner.height, 20);
}
