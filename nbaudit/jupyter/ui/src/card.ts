/** The card that tells of findings where the pointer or the focus is, made of text nodes alone. */

import { TranslationBundle } from '@jupyterlab/translation';

import type { Catalogue } from './catalogue';
import { capital, HouseMatch, segments } from './logic';
import type { Finding } from './result';

type Child = Node | string;

export function element(tag: string, className: string, ...children: Child[]): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

/** A text with its `code` set as code. */
export function prose(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const part of segments(text)) {
    fragment.append(part.code ? element('code', '', part.text) : part.text);
  }
  return fragment;
}

/** One finding in short: what, why, what to do instead, and a button that shows it in the panel. */
export function findingCard(
  finding: Finding,
  catalogue: Catalogue,
  trans: TranslationBundle,
  show: () => void
): HTMLElement {
  const check = catalogue.checks[finding.check];
  const level = finding.relevance === 'high' ? trans.__('high relevance') : trans.__('low relevance');
  const button = element('button', 'nbaudit-link', trans.__('Evidence and actions'));
  button.setAttribute('type', 'button');
  button.addEventListener('mousedown', event => {
    // The editor would take the focus and the card would go.
    event.preventDefault();
    event.stopPropagation();
  });
  button.addEventListener('click', event => {
    event.stopPropagation();
    show();
  });
  const sure = `${Math.round(finding.confidence * 100)} %`;
  return element(
    'div',
    `nbaudit-card-finding nbaudit-${finding.relevance}`,
    element(
      'div',
      'nbaudit-card-head',
      element('span', 'nbaudit-code', finding.issue),
      element('span', 'nbaudit-card-title', catalogue.issues[finding.issue]?.title ?? '')
    ),
    element('p', 'nbaudit-card-message', prose(capital(finding.message))),
    ...(check?.instead
      ? [
          element(
            'p',
            'nbaudit-card-instead',
            element('b', '', trans.__('Instead: ')),
            prose(check.instead.replace(/\.$/, '')),
            '.'
          )
        ]
      : []),
    element('div', 'nbaudit-card-foot', `${level} · ${trans.__('%1 sure', sure)}`, button)
  );
}

/** A match of a house rule in short. */
export function houseCard(match: HouseMatch, trans: TranslationBundle): HTMLElement {
  return element(
    'div',
    `nbaudit-card-finding nbaudit-${match.severity === 'error' ? 'high' : 'low'}`,
    element(
      'div',
      'nbaudit-card-head',
      element('span', 'nbaudit-code', match.rule),
      element('span', 'nbaudit-card-title', trans.__('House rule'))
    ),
    element('p', 'nbaudit-card-message', prose(capital(match.message))),
    ...(match.note
      ? [element('p', 'nbaudit-card-instead', element('b', '', trans.__('Instead: ')), prose(match.note))]
      : [])
  );
}
