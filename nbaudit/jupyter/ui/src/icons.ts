import { LabIcon } from '@jupyterlab/ui-components';

/** A sheet whose lines are checked: the mark of nbaudit in toolbar, launcher, side bar. */
const audit = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
<g class="jp-icon3 jp-icon-selectable" fill="#616161">
<path d="M5 2h11a2 2 0 0 1 2 2v6.1a6.6 6.6 0 0 0-2-.1V4H5v16h4.7c.4.75.9 1.42 1.5 2H5a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z"/>
<path d="M7 7h7v1.8H7zM7 10.8h4.9c-.6.5-1.1 1.1-1.5 1.8H7zM7 14.6h2.6v1.8H7z"/>
<path d="M15.5 12a4.5 4.5 0 0 1 3.7 7.05l2.6 2.6-1.3 1.3-2.6-2.6A4.5 4.5 0 1 1 15.5 12zm0 1.8a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z"/>
</g></svg>`;

export const auditIcon = new LabIcon({ name: 'nbaudit:icon', svgstr: audit });
