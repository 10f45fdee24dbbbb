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
    return this.add(title, html, new IFrame({ sandbox: ['allow-scripts'] }));
  }

  /** The index of several notebooks; its links open their pages in tabs. */
  openFolder(title: string, report: FolderReport): void {
    // No script runs in this page, so that it may be reached from here: its links are followed by us.
    const frame = new IFrame({ sandbox: ['allow-same-origin'] });
    const inner = frame.node.querySelector('iframe');
    inner?.addEventListener('load', () => {
      inner.contentDocument?.addEventListener('click', event => {
        const link = (event.target as Element | null)?.closest?.('a');
        const name = decodeURIComponent(link?.getAttribute('href') ?? '');
        if (name in report.pages) {
          event.preventDefault();
          this.open(link?.textContent?.trim() || name, report.pages[name]);
        } else if (!name.startsWith('#')) {
          event.preventDefault();
        }
      });
    });
    this.add(title, report.index, frame);
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

  private add(title: string, html: string, content: IFrame): MainAreaWidget<IFrame> {
    const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
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
}
