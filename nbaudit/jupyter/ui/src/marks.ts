/** What is shown in the notebook itself: badges, phase edges, squiggles. None of it is written into the file. */

import { Cell, isCodeCellModel } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';

import type { Audit, Audits } from './audits';
import { element, findingCard, houseCard } from './card';
import { phaseName, PHASES } from './catalogue';
import type { Editors, Squiggle } from './editor';
import { CellText, HouseMatch, Place, ranked } from './logic';
import type { Finding } from './result';

const PHASE = 'data-nbaudit-phase';
const CARD = 'nbaudit-card';

export class Marks {
  constructor(
    private readonly audits: Audits,
    private readonly editors: Editors | null,
    private readonly trans: TranslationBundle,
    /** Show a finding in the panel. */
    private readonly show: (audit: Audit, finding: Finding) => void
  ) {
    this._card = new Card();
    audits.added.connect((_, audit) => {
      audit.changed.connect(this.draw, this);
      audit.moved.connect(this.draw, this);
      this._audits.add(audit);
      audit.panel.disposed.connect(() => {
        this._audits.delete(audit);
        this._card.hide();
      });
    });
    audits.settings.changed.connect(() => this._audits.forEach(audit => this.draw(audit)));
  }

  private draw(audit: Audit): void {
    const { panel } = audit;
    const { settings, known } = this.audits;
    if (panel.isDisposed || !known) {
      return;
    }
    const now = audit.cells();
    const byCell = new Map<number, [Finding, Place][]>();
    for (const finding of ranked(audit.findings)) {
      const place = audit.place(finding, now);
      if (place && (settings.relevance === 'any' || finding.relevance === 'high')) {
        byCell.set(place.index, [...(byCell.get(place.index) ?? []), [finding, place]]);
      }
    }
    const house = this.houseMatches(audit, now);
    const phases = settings.showPhases ? this.phases(audit, now) : new Map<string, Phase>();
    panel.content.widgets.forEach((cell, index) => {
      const found = byCell.get(index) ?? [];
      this.drawPhase(cell, phases.get(cell.model.id));
      this.drawBadge(audit, cell, settings.showBadges ? found.map(([finding]) => finding) : []);
      this.drawSquiggles(audit, cell, settings.underlineCode ? found : [], house.get(index) ?? []);
    });
    this._card.check();
  }

  /** The matches of house rules that are to be underlined, by the index of the cell. */
  private houseMatches(audit: Audit, now: CellText[]): Map<number, [HouseMatch, Place][]> {
    const byCell = new Map<number, [HouseMatch, Place][]>();
    const { settings } = this.audits;
    const wanted = settings.underlineCode ? (audit.result?.house_rules ?? []) : [];
    for (const match of wanted) {
      const place = audit.place(match, now);
      const grave = match.severity === 'error';
      if (place && match.ignored === null && (settings.relevance === 'any' || grave)) {
        byCell.set(place.index, [...(byCell.get(place.index) ?? []), [match, place]]);
      }
    }
    return byCell;
  }

  /** Phases by the id of a cell; a cell that came after the audit has none. */
  private phases(audit: Audit, now: CellText[]): Map<string, Phase> {
    const { state } = audit;
    const phases = new Map<string, Phase>();
    if (state.kind !== 'done') {
      return phases;
    }
    const known = new Set(state.cells.map(cell => cell.id));
    for (const cell of state.result.cells) {
      const id = state.cells[cell.index]?.id;
      if (cell.phase && id) {
        phases.set(id, { name: cell.phase, reason: cell.reason });
      }
    }
    // After a reload of the file all ids may be new; the text still tells.
    if (!now.some(cell => known.has(cell.id))) {
      now.forEach((cell, index) => {
        const before = state.result.cells[index];
        if (before?.phase && state.cells[index]?.source === cell.source) {
          phases.set(cell.id, { name: before.phase, reason: before.reason });
        }
      });
    }
    return phases;
  }

  private drawPhase(cell: Cell, phase: Phase | undefined): void {
    const { node } = cell;
    const key = phase ? (PHASES[phase.name] ?? 'setup') : '';
    let edge = node.querySelector<HTMLElement>(':scope > .nbaudit-edge');
    if (!key) {
      edge?.remove();
      node.removeAttribute(PHASE);
      return;
    }
    if (!edge) {
      edge = element('div', 'nbaudit-edge');
      node.appendChild(edge);
    }
    node.setAttribute(PHASE, key);
    const label = this.trans.__('Phase: %1', phaseName(phase!.name, this.trans));
    edge.title = phase!.reason ? `${label} (${phase!.reason})` : label;
  }

  private drawBadge(audit: Audit, cell: Cell, findings: Finding[]): void {
    let badge = cell.node.querySelector<HTMLButtonElement>(':scope > .nbaudit-badge');
    if (!findings.length) {
      badge?.remove();
      return;
    }
    const codes = [...new Set(findings.map(finding => finding.issue))];
    const text = codes.length > 3 ? [...codes.slice(0, 2), `+${codes.length - 2}`] : codes;
    const grave = findings.some(finding => finding.relevance === 'high');
    if (!badge) {
      badge = element('button', '') as HTMLButtonElement;
      badge.type = 'button';
      cell.node.appendChild(badge);
    }
    badge.className = `nbaudit-badge nbaudit-${grave ? 'high' : 'low'}`;
    badge.textContent = text.join(' ');
    badge.setAttribute(
      'aria-label',
      this.trans._n('%2: %1 finding in this cell', '%2: %1 findings in this cell', findings.length, codes.join(', '))
    );
    const open = (): void => this._card.show(badge!, this.content(audit, findings));
    badge.onmouseenter = open;
    badge.onfocus = open;
    badge.setAttribute('aria-describedby', CARD);
    badge.onmouseleave = () => this._card.leave();
    badge.onblur = () => this._card.leave();
    badge.onmousedown = event => event.stopPropagation();
    badge.onkeydown = event => {
      if (event.key === 'Escape') {
        this._card.hide();
      }
      if (event.key === 'Enter' || event.key === ' ') {
        // In command mode these would edit or scroll the notebook.
        event.stopPropagation();
      }
    };
    badge.onclick = event => {
      event.stopPropagation();
      this._card.hide();
      this.show(audit, findings[0]);
    };
  }

  private content(audit: Audit, findings: Finding[]): HTMLElement[] {
    const catalogue = this.audits.known;
    if (!catalogue) {
      return [];
    }
    return findings.map(finding =>
      findingCard(finding, catalogue, this.trans, () => {
        this._card.hide();
        this.show(audit, finding);
      })
    );
  }

  private drawSquiggles(audit: Audit, cell: Cell, found: [Finding, Place][], house: [HouseMatch, Place][]): void {
    if (!this.editors || !isCodeCellModel(cell.model)) {
      return;
    }
    const squiggles: Squiggle[] = found.map(([finding, place]) => ({
      key: `${finding.check} ${finding.cell} ${finding.line} ${finding.message}`,
      line: place.line,
      column: place.column,
      endLine: place.endLine,
      endColumn: place.endColumn,
      grave: finding.relevance === 'high',
      render: () => {
        const card = element('div', 'nbaudit-card-body', ...this.content(audit, [finding]));
        return card;
      }
    }));
    squiggles.push(
      ...house.map(([match, place]) => ({
        key: `${match.rule} ${match.cell} ${match.line} ${match.message}`,
        line: place.line,
        column: place.column,
        endLine: place.endLine,
        endColumn: place.endColumn,
        grave: match.severity === 'error',
        render: () => element('div', 'nbaudit-card-body', houseCard(match, this.trans))
      }))
    );
    this.editors.underline(cell.model, squiggles);
  }

  private _audits = new Set<Audit>();
  private _card: Card;
}

interface Phase {
  name: string;
  reason: string;
}

/** The one hover card of all badges. It stays while the pointer is on it. */
class Card {
  constructor() {
    this._node = element('div', 'nbaudit-card');
    this._node.id = CARD;
    this._node.setAttribute('role', 'tooltip');
    this._node.onmouseenter = () => window.clearTimeout(this._timer);
    this._node.onmouseleave = () => this.leave();
  }

  show(anchor: HTMLElement, children: HTMLElement[]): void {
    window.clearTimeout(this._timer);
    this._anchor = anchor;
    this._tells = anchor.ariaLabel;
    this._node.replaceChildren(...children);
    document.body.appendChild(this._node);
    const at = anchor.getBoundingClientRect();
    const own = this._node.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.right - own.width, window.innerWidth - own.width - 8));
    const below = at.bottom + 4;
    const top = below + own.height < window.innerHeight ? below : Math.max(8, at.top - own.height - 4);
    this._node.style.left = `${left}px`;
    this._node.style.top = `${top}px`;
  }

  /** Hide it where its badge is gone, or tells of other findings than the card. */
  check(): void {
    if (!this._anchor?.isConnected || this._anchor.ariaLabel !== this._tells) {
      this.hide();
    }
  }

  leave(): void {
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => this.hide(), 250);
  }

  hide(): void {
    window.clearTimeout(this._timer);
    this._node.remove();
  }

  private _node: HTMLElement;
  private _anchor: HTMLElement | null = null;
  private _tells: string | null = null;
  private _timer = 0;
}
