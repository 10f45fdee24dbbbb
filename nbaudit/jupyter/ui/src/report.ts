/** The HTML reports, in tabs of JupyterLab, or of the browser where there is one document alone (Notebook 7). */

import { ILabShell } from '@jupyterlab/application';
import { IFrame, MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import type { FolderReport } from './api';
import { auditIcon } from './icons';

/** Gets what a page tells of itself, and the window that shows it. */
type Follow = (event: MessageEvent, shownIn: Window) => void;

export class Reports {
  constructor(
    private readonly shell: ILabShell | null,
    private readonly trans: TranslationBundle
  ) {}

  /** A page in a tab. It may run its own script, but as a page of nowhere: it can't reach JupyterLab or the server. */
  open(title: string, html: string): void {
    this.show(title, html, () => undefined);
  }

  /** The index of several notebooks; its links open their pages in tabs. */
  openFolder(title: string, report: FolderReport): void {
    // The page can't open another one: it tells which link was followed, and only pages that came with it are opened.
    this.show(title, report.index, (event, shownIn) => {
      const { link, name } = (event.data ?? {}) as { link?: unknown; name?: unknown };
      if (typeof link === 'string' && link in report.pages) {
        this.show(String(name ?? '') || link, report.pages[link], () => undefined, shownIn);
      }
    });
  }

  /** Let the browser save a page as a file. */
  save(name: string, html: string): void {
    const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  /** Show a page. A browser lets the window alone open another one in which somebody clicked: that is `from`. */
  private show(title: string, html: string, follow: Follow, from: Window = window): void {
    const url = URL.createObjectURL(new Blob([themed(html)], { type: 'text/html' }));
    const name = this.trans.__('ML debt: %1', title);
    if (this.shell) {
      showInLab(this.shell, name, url, follow);
    } else if (!showInBrowser(from, name, url, follow)) {
      // It took longer than a browser lets a page open another one after a click.
      Notification.info(this.trans.__('The report is ready.'), {
        autoClose: false,
        actions: [{ label: this.trans.__('Open'), callback: () => void showInBrowser(window, name, url, follow) }]
      });
    }
  }
}

function showInLab(shell: ILabShell, name: string, url: string, follow: Follow): void {
  const content = new IFrame({ sandbox: ['allow-scripts'] });
  content.url = url;
  content.addClass('nbaudit-report');
  const widget = new MainAreaWidget({ content });
  widget.title.label = name;
  widget.title.caption = name;
  widget.title.icon = auditIcon;
  widget.title.closable = true;
  const frame = content.node.querySelector('iframe');
  const listener = (event: MessageEvent): void => {
    if (event.source === frame?.contentWindow) {
      follow(event, window);
    }
  };
  window.addEventListener('message', listener);
  widget.disposed.connect(() => {
    window.removeEventListener('message', listener);
    URL.revokeObjectURL(url);
  });
  shell.add(widget, 'main');
  shell.activateById(widget.id);
}

/** The same in a tab of the browser; false where the browser doesn't let us open one. */
function showInBrowser(from: Window, name: string, url: string, follow: Follow): boolean {
  const tab = from.open('', '_blank');
  if (!tab) {
    return false;
  }
  tab.document.title = name;
  const frame = tab.document.createElement('iframe');
  frame.title = name;
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.style.cssText = 'position: fixed; inset: 0; width: 100%; height: 100%; border: none';
  frame.src = url;
  tab.document.body.append(frame);
  tab.addEventListener('message', event => {
    if (event.source === frame.contentWindow) {
      follow(event, tab);
    }
  });
  return true;
}

/** The page in JupyterLab's colours of now: it would else follow the browser's. */
function themed(html: string): string {
  const theme = document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light';
  return html.replace('<html ', `<html data-theme="${theme}" `);
}
