/** The HTML reports, in tabs of JupyterLab. */

import { JupyterFrontEnd } from '@jupyterlab/application';
import { IFrame, MainAreaWidget } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';

import type { FolderReport } from './api';
import { auditIcon } from './icons';

export class Reports {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly trans: TranslationBundle
  ) {}

  /** A page in a tab. It may run its own script, but as a page of nowhere: it can't reach JupyterLab or the server. */
  open(title: string, html: string): MainAreaWidget<IFrame> {
    const content = new IFrame({ sandbox: ['allow-scripts'] });
    const url = URL.createObjectURL(new Blob([themed(html)], { type: 'text/html' }));
    content.url = url;
    content.addClass('nbaudit-report');
    const widget = new MainAreaWidget({ content });
    widget.title.label = this.trans.__('ML debt: %1', title);
    widget.title.caption = widget.title.label;
    widget.title.icon = auditIcon;
    widget.title.closable = true;
    widget.disposed.connect(() => URL.revokeObjectURL(url));
    this.app.shell.add(widget, 'main');
    this.app.shell.activateById(widget.id);
    return widget;
  }

  /** The index of several notebooks; its links open their pages in tabs. */
  openFolder(title: string, report: FolderReport): void {
    const widget = this.open(title, report.index);
    const frame = widget.content.node.querySelector('iframe');
    // The page can't open another one: it tells which link was followed, and only pages that came with it are opened.
    const follow = (event: MessageEvent): void => {
      const { link, name } = (event.data ?? {}) as { link?: unknown; name?: unknown };
      if (event.source === frame?.contentWindow && typeof link === 'string' && link in report.pages) {
        this.open(String(name ?? '') || link, report.pages[link]);
      }
    };
    window.addEventListener('message', follow);
    widget.disposed.connect(() => window.removeEventListener('message', follow));
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
}

/** The page in JupyterLab's colours of now: it would else follow the browser's. */
function themed(html: string): string {
  const theme = document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light';
  return html.replace('<html ', `<html data-theme="${theme}" `);
}
