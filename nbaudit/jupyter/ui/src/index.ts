/** The JupyterLab extension of nbaudit: its commands, and how its parts are joined. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITableOfContentsTracker } from '@jupyterlab/toc';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { copyFix, insertFix, suppress } from './actions';
import { Api, ApiError } from './api';
import { Audit, Audits } from './audits';
import { Editors } from './editor';
import { auditIcon } from './icons';
import { jumpTo } from './jump';
import { Span } from './logic';
import { Marks } from './marks';
import { Panel } from './panel';
import { Reports } from './report';
import type { Finding } from './result';
import { Settings } from './settings';
import { markContents } from './toc';

namespace CommandIDs {
  export const audit = 'nbaudit:audit';
  export const report = 'nbaudit:report';
  export const save = 'nbaudit:export';
  export const files = 'nbaudit:audit-files';
  export const marks = 'nbaudit:toggle-marks';
  export const next = 'nbaudit:next-finding';
  export const previous = 'nbaudit:previous-finding';
  export const show = 'nbaudit:show-panel';
}

/** JupyterLab's editor of settings. */
const SETTINGS = 'settingeditor:open';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'nbaudit:plugin',
  description: 'Audits notebooks for machine-learning technical debt.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    ICommandPalette,
    IDocumentManager,
    IEditorExtensionRegistry,
    IFileBrowserFactory,
    ILabShell,
    ILauncher,
    ILayoutRestorer,
    ISettingRegistry,
    ITableOfContentsTracker,
    ITranslator
  ],
  activate
};

export default plugin;

function activate(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  documents: IDocumentManager | null,
  editorExtensions: IEditorExtensionRegistry | null,
  browsers: IFileBrowserFactory | null,
  labShell: ILabShell | null,
  launcher: ILauncher | null,
  restorer: ILayoutRestorer | null,
  registry: ISettingRegistry | null,
  contents: ITableOfContentsTracker | null,
  translator: ITranslator | null
): void {
  const trans = (translator ?? nullTranslator).load('nbaudit');
  const { commands, serviceManager, shell } = app;
  const api = new Api(serviceManager.serverSettings);
  const settings = new Settings();
  const audits = new Audits(api, serviceManager.contents, settings, trans);
  const editors = editorExtensions ? new Editors(editorExtensions) : null;
  const reports = new Reports(labShell, trans);

  /** The notebook in front. The tracker alone doesn't know one that was opened by address and had no focus yet. */
  const front = (): NotebookPanel | null => {
    const shown = shell.currentWidget;
    return shown instanceof NotebookPanel && tracker.has(shown) ? shown : tracker.currentWidget;
  };

  const showPanel = (): void => {
    if (!panel.isAttached) {
      shell.add(panel, 'right', { rank: 750 });
    }
    // Notebook 7.2 to 7.5 closes a side panel that is open when it is activated.
    if (!panel.isVisible) {
      shell.activateById(panel.id);
    }
  };

  const jump = async (audit: Audit, span: Span): Promise<void> => {
    const place = audit.place(span);
    if (!place) {
      Notification.info(trans.__('That code has changed since the audit. Audit again.'), { autoClose: 4000 });
      return;
    }
    const model = audit.panel.content.widgets[place.index]?.model;
    if (front() !== audit.panel) {
      shell.activateById(audit.panel.id);
    }
    editors?.highlight(model ?? null, { from: place.line, to: place.endLine });
    await jumpTo(audit.panel, place.index, place.line);
  };

  const reveal = (audit: Audit, finding: Finding): void => {
    showPanel();
    panel.reveal(audit, finding);
    void jump(audit, finding);
  };

  /** Do something that may fail at the server, and say so where it does. */
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (error) {
      const text =
        error instanceof ApiError && error.kind === 'missing'
          ? trans.__('The Jupyter server runs without nbaudit; install it there and restart the server.')
          : String((error as Error).message ?? error);
      Notification.error(trans.__('nbaudit: %1', text), { autoClose: 8000 });
    }
  };

  const openReport = (audit: Audit): Promise<void> =>
    attempt(async () => {
      const html = await api.report(audit.path, audit.content(), settings.choices());
      reports.open(audit.path.split('/').pop() ?? audit.path, html);
    });

  const saveReport = (audit: Audit): Promise<void> =>
    attempt(async () => {
      const html = await api.report(audit.path, audit.content(), settings.choices());
      const stem = (audit.path.split('/').pop() ?? 'notebook').replace(/\.ipynb$/, '');
      reports.save(`${stem}.nbaudit.html`, html);
    });

  const panel = new Panel(
    front,
    audits,
    {
      audit: audit => void audit.run(),
      report: audit => void openReport(audit),
      save: audit => void saveReport(audit),
      jump: (audit, span) => void jump(audit, span),
      copy: finding => audits.known && copyFix(finding, audits.known),
      insert: (audit, finding) => {
        const index = audits.known ? insertFix(audit, finding, audits.known) : -1;
        if (index >= 0) {
          void jumpTo(audit.panel, index, 1);
        }
      },
      suppress: (audit, span, how) => suppress(audit, span, how, api, trans),
      markFalse: (audit, finding, reason) => audit.markFalse(finding, reason),
      unmarkFalse: (audit, entry) => audit.unmarkFalse(entry),
      // Notebook 7 has its editor of settings on the page of files alone.
      hasSettings: () => commands.hasCommand(SETTINGS),
      settings: () => void commands.execute(SETTINGS, { query: 'ML debt' }),
      openNotebook: () => void attempt(chooseFiles),
      leave: () => front()?.content.activate()
    },
    trans
  );
  shell.add(panel, 'right', { rank: 750 });
  restorer?.add(panel, panel.id);
  const onFront = (): void => {
    panel.follow();
    commands.notifyCommandChanged();
  };
  tracker.currentChanged.connect(onFront);
  shell.currentChanged?.connect(onFront);

  new Marks(audits, editors, trans, reveal);
  if (contents) {
    markContents(contents, audits);
  }

  tracker.widgetAdded.connect((_, added: NotebookPanel) => {
    void added.context.ready.then(() => {
      if (!added.isDisposed) {
        const audit = audits.of(added);
        if (settings.auditOnOpen) {
          void audit.run();
        }
      }
    });
  });

  const current = async (): Promise<Audit | null> => {
    const widget = front();
    if (!widget) {
      return null;
    }
    await widget.context.ready;
    return widget.isDisposed ? null : audits.of(widget);
  };

  const auditFiles = async (paths: string[]): Promise<void> => {
    const [only] = paths;
    // Notebook 7 would open it in another tab of the browser, out of our reach; its report is shown instead.
    if (paths.length === 1 && only.endsWith('.ipynb') && documents && labShell) {
      const opened = documents.openOrReveal(only);
      if (opened instanceof NotebookPanel) {
        await opened.context.ready;
        showPanel();
        await audits.of(opened).run();
        return;
      }
    }
    const note = Notification.emit(
      trans.__('Auditing %1 …', paths.join(', ') || trans.__('all notebooks')),
      'in-progress'
    );
    try {
      const report = await api.folder(paths, settings.choices());
      const name = paths.length === 1 ? only.split('/').pop() || trans.__('all notebooks') : trans.__('notebooks');
      const [first, ...others] = Object.values(report.pages);
      if (first && !others.length && only.endsWith('.ipynb')) {
        reports.open(name, first);
      } else {
        reports.openFolder(name, report);
      }
    } finally {
      Notification.dismiss(note);
    }
  };

  const chooseFiles = async (): Promise<void> => {
    if (!documents) {
      return;
    }
    const chosen = await FileDialog.getOpenFiles({
      manager: documents,
      title: trans.__('Audit a notebook'),
      filter: model => (model.type === 'notebook' ? {} : null)
    });
    if (chosen.button.accept && chosen.value?.length) {
      await auditFiles(chosen.value.map(item => item.path));
    }
  };

  const step = async (by: 1 | -1): Promise<void> => {
    const audit = await current();
    if (!audit?.findings.length) {
      return;
    }
    const places = audit.findings
      .map(finding => ({ finding, place: audit.place(finding) }))
      .filter(item => item.place !== null)
      .sort((a, b) => a.place!.index - b.place!.index || a.place!.line - b.place!.line);
    const known = places.findIndex(item => audit.key(item.finding) === lastKey && item.finding === lastFinding);
    const active = audit.panel.content.activeCellIndex;
    const from =
      known >= 0 && places[known].place!.index === active
        ? known
        : by > 0
          ? places.filter(item => item.place!.index <= active).length - 1
          : places.filter(item => item.place!.index < active).length;
    const target = places[(from + by + places.length) % places.length];
    lastFinding = target.finding;
    lastKey = audit.key(target.finding);
    reveal(audit, target.finding);
  };
  let lastFinding: Finding | null = null;
  let lastKey = '';

  const hasNotebook = (): boolean => front() !== null;
  const label = (text: string) => (args: object) => ((args as { toolbar?: boolean }).toolbar ? '' : text);

  commands.addCommand(CommandIDs.audit, {
    label: label(trans.__('Audit Notebook for ML Debt')),
    caption: trans.__('Audit this notebook for ML debt'),
    icon: auditIcon,
    isEnabled: hasNotebook,
    execute: async () => {
      const audit = await current();
      if (audit) {
        showPanel();
        await audit.run();
      }
    }
  });
  commands.addCommand(CommandIDs.report, {
    label: trans.__('Open ML Debt Report'),
    isEnabled: hasNotebook,
    execute: async () => {
      const audit = await current();
      if (audit) {
        await openReport(audit);
      }
    }
  });
  commands.addCommand(CommandIDs.save, {
    label: trans.__('Export ML Debt Report as HTML'),
    isEnabled: hasNotebook,
    execute: async () => {
      const audit = await current();
      if (audit) {
        await saveReport(audit);
      }
    }
  });
  commands.addCommand(CommandIDs.files, {
    label: args =>
      (args as { cwd?: string }).cwd === undefined ? trans.__('Audit for ML Debt') : trans.__('ML Debt of this Folder'),
    caption: trans.__('Audit the notebooks for ML debt'),
    icon: auditIcon,
    execute: async args => {
      const { cwd, paths } = args as { cwd?: string; paths?: string[] };
      const selected = [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])].map(item => item.path);
      const wanted = paths ?? (cwd !== undefined ? [cwd] : selected);
      await attempt(() =>
        wanted.length ? auditFiles(wanted.map(path => serviceManager.contents.localPath(path))) : chooseFiles()
      );
    }
  });
  commands.addCommand(CommandIDs.marks, {
    label: trans.__('Show ML Debt in the Notebook'),
    isToggleable: true,
    isToggled: () => settings.showBadges || settings.showPhases || settings.underlineCode,
    execute: async () => {
      const on = !(settings.showBadges || settings.showPhases || settings.underlineCode);
      await settings.set({ showBadges: on, showPhases: on, underlineCode: on });
    }
  });
  commands.addCommand(CommandIDs.next, {
    label: trans.__('Next ML Debt Finding'),
    isEnabled: hasNotebook,
    execute: () => step(1)
  });
  commands.addCommand(CommandIDs.previous, {
    label: trans.__('Previous ML Debt Finding'),
    isEnabled: hasNotebook,
    execute: () => step(-1)
  });
  commands.addCommand(CommandIDs.show, {
    label: trans.__('Show ML Debt Panel'),
    execute: () => {
      showPanel();
      panel.takeFocus();
    }
  });
  if (palette) {
    const category = trans.__('ML Debt');
    settings.keepTo(
      () => settings.showInPalette,
      () => Object.values(CommandIDs).map(command => palette.addItem({ command, category }))
    );
  }
  if (launcher) {
    settings.keepTo(
      () => settings.showInLauncher,
      () => [launcher.add({ command: CommandIDs.files, category: trans.__('Other'), rank: 10 })]
    );
  }

  if (registry) {
    registry.load(plugin.id).then(
      loaded => settings.follow(loaded),
      error => console.warn('nbaudit: the settings could not be read; the defaults hold.', error)
    );
  }

  // `nbaudit lab NOTEBOOK` asked the server for this; a server without the extension is told of at the first audit.
  void audits.catalogue().then(
    async catalogue => {
      if (catalogue.open && documents) {
        await app.restored;
        await auditFiles([catalogue.open]);
      }
    },
    () => undefined
  );
}
