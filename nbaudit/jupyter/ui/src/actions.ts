/** What a user does about a finding. Every change of the notebook goes through its model, so it can be undone. */

import { Clipboard } from '@jupyterlab/apputils';
import type { ICodeCellModel } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';

import { Api, ApiError } from './api';
import type { Audit } from './audits';
import type { Catalogue } from './catalogue';
import { fixText, Span, units } from './logic';
import type { Finding } from './result';

export interface Suppression {
  /** A comment beside the code, or a tag of the cell. */
  by: 'comment' | 'tag';
  /** The code or the check's name. */
  name: string;
  reason: string;
}

export function copyFix(finding: Finding, catalogue: Catalogue): void {
  // JupyterLab restores the selection afterwards, and where that is in an editor, this editor takes the focus.
  window.getSelection()?.removeAllRanges();
  Clipboard.copyToSystem(fixText(finding, catalogue));
}

/** Insert the fix as a code cell below the finding's cell; gives its index, or -1 where the cell is gone. */
export function insertFix(audit: Audit, finding: Finding, catalogue: Catalogue): number {
  const place = audit.place(finding);
  const notebook = audit.panel.content.model?.sharedModel;
  if (!place || !notebook) {
    return -1;
  }
  notebook.insertCell(place.index + 1, {
    cell_type: 'code',
    source: fixText(finding, catalogue),
    metadata: {}
  });
  return place.index + 1;
}

/** Switch a finding off where it stands.
 *
 * @throws ApiError in a sentence where the line can't take a comment or the cell is gone.
 */
export async function suppress(
  audit: Audit,
  span: Span,
  how: Suppression,
  api: Api,
  trans: TranslationBundle
): Promise<void> {
  const place = audit.place(span);
  const cell = place && (audit.panel.content.widgets[place.index]?.model as ICodeCellModel | undefined);
  if (!place || !cell) {
    throw new ApiError('refused', trans.__('The code of this finding is gone. Audit again.'));
  }
  if (how.by === 'tag') {
    const tags = (cell.getMetadata('tags') as string[] | undefined) ?? [];
    const tag = `nbaudit-ignore-${how.name}`;
    if (!tags.includes(tag)) {
      cell.setMetadata('tags', [...tags, tag]);
    }
  } else {
    const source = cell.sharedModel.getSource();
    const { line, column, text } = await api.suppression(source, place.line, [how.name], how.reason);
    const lines = source.split('\n');
    const before = lines.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
    const offset = before + units(lines[line - 1], column);
    cell.sharedModel.updateSource(offset, offset, text);
  }
  await audit.run();
}
