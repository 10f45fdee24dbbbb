import { isCodeCellModel } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  caretDownIcon,
  caretRightIcon,
  closeIcon,
  copyIcon,
  addBelowIcon,
  downloadIcon,
  LabIcon,
  launchIcon,
  refreshIcon,
  settingsIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Suppression } from './actions';
import type { ApiError, FalseFinding } from './api';
import type { Audit } from './audits';
import { Catalogue, phaseName, PHASES } from './catalogue';
import { auditIcon } from './icons';
import {
  ALL,
  capital,
  counts,
  duration,
  Filter,
  Group,
  GroupBy,
  groups,
  HouseMatch,
  isFiltered,
  matches,
  matrix,
  MatrixPlace,
  MatrixRow,
  segments,
  sentence,
  Span,
  trust
} from './logic';
import type { Panel } from './panel';
import type { Finding, NbauditResult } from './result';

interface Shared {
  panel: Panel;
  audit: Audit;
  trans: TranslationBundle;
  catalogue: Catalogue;
}

/** The whole panel, drawn anew whenever the panel says that it changed. */
export function View({ panel }: { panel: Panel }): React.ReactElement {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    panel.changed.connect(redraw);
    return () => {
      panel.changed.disconnect(redraw);
    };
  }, [panel]);
  const { audit, trans } = panel;
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      panel.deeds.leave();
    }
  };
  return (
    <div
      className="nbaudit-view"
      data-state={audit ? (audit.busy ? 'busy' : audit.state.kind) : 'none'}
      onKeyDown={onKeyDown}
    >
      <Head panel={panel} />
      <div className="nbaudit-status" role="status" aria-live="polite">
        {audit ? spoken(audit, trans) : ''}
      </div>
      <div className="nbaudit-scroll">
        {audit ? <Body panel={panel} audit={audit} /> : <NoNotebook panel={panel} />}
      </div>
    </div>
  );
}

/** What a screen reader hears when the state changes. */
function spoken(audit: Audit, trans: TranslationBundle): string {
  if (audit.busy) {
    return trans.__('Auditing');
  }
  const { state } = audit;
  if (state.kind === 'error') {
    return trans.__('The audit failed');
  }
  return state.kind === 'done' ? trans._n('%1 finding', '%1 findings', audit.findings.length) : '';
}

function Head({ panel }: { panel: Panel }): React.ReactElement {
  const { audit, trans, deeds } = panel;
  const done = audit?.result?.notebook.language === 'python';
  const name = audit?.path.split('/').pop() ?? '';
  return (
    <div className="nbaudit-head">
      <auditIcon.react tag="span" className="nbaudit-logo" width="16px" height="16px" />
      <h2 title={audit?.path}>{name || trans.__('ML debt')}</h2>
      {audit && (
        <>
          {audit.busy ? (
            <IconButton icon={closeIcon} label={trans.__('Stop the audit')} onClick={() => audit.cancel()} />
          ) : (
            <IconButton
              icon={refreshIcon}
              label={audit.result ? trans.__('Audit again') : trans.__('Audit this notebook')}
              onClick={() => deeds.audit(audit)}
            />
          )}
          {done && (
            <>
              <IconButton
                icon={launchIcon}
                label={trans.__('Open the full report in a tab')}
                onClick={() => deeds.report(audit)}
              />
              <IconButton
                icon={downloadIcon}
                label={trans.__('Export the report as HTML')}
                onClick={() => deeds.save(audit)}
              />
            </>
          )}
        </>
      )}
      {deeds.hasSettings() && (
        <IconButton icon={settingsIcon} label={trans.__('Settings')} onClick={() => deeds.settings()} />
      )}
      <div className={`nbaudit-progress${audit?.busy ? ' nbaudit-busy' : ''}`} />
    </div>
  );
}

function Body({ panel, audit }: { panel: Panel; audit: Audit }): React.ReactElement {
  const { trans, deeds } = panel;
  const catalogue = panel.audits.known;
  const { state } = audit;
  if (state.kind === 'error') {
    return <Trouble error={state.error} trans={trans} retry={() => deeds.audit(audit)} />;
  }
  if (state.kind === 'busy' || (state.kind === 'done' && !catalogue)) {
    return (
      <Blank title={trans.__('Auditing …')}>
        <p>{trans.__('Following every value through the cells. Nothing is run.')}</p>
        <button className="jp-mod-styled jp-mod-minimal" onClick={() => audit.cancel()}>
          {trans.__('Stop')}
        </button>
      </Blank>
    );
  }
  if (state.kind === 'idle' || !catalogue) {
    return (
      <Blank title={trans.__('Not audited yet')}>
        <p>
          {trans.__(
            'Reads the notebook as it stands in the editor, saved or not, and shows which cells put technical debt into this machine-learning code. Nothing is run.'
          )}
        </p>
        <button className="jp-mod-styled jp-mod-accept" onClick={() => deeds.audit(audit)}>
          {trans.__('Audit this notebook')}
        </button>
      </Blank>
    );
  }
  const shared: Shared = { panel, audit, trans, catalogue };
  const { result } = state;
  if (result.notebook.language !== 'python') {
    return (
      <Blank title={trans.__('Not a Python notebook')}>
        <p>
          {trans.__(
            'Its language is %1. Only Python is read, so nothing was decided about this notebook: it is neither sound nor in debt.',
            result.notebook.language
          )}
        </p>
      </Blank>
    );
  }
  return <Results {...shared} result={result} falseOnes={state.falseOnes} />;
}

function NoNotebook({ panel }: { panel: Panel }): React.ReactElement {
  const { trans } = panel;
  return (
    <Blank title={trans.__('No notebook is open')}>
      <p>{trans.__('Open a notebook to see which of its cells put technical debt into machine-learning code.')}</p>
      <button className="jp-mod-styled jp-mod-minimal" onClick={() => panel.deeds.openNotebook()}>
        {trans.__('Open a notebook …')}
      </button>
    </Blank>
  );
}

function Trouble(props: { error: ApiError; trans: TranslationBundle; retry: () => void }): React.ReactElement {
  const { error, trans, retry } = props;
  const title = {
    missing: trans.__('The server does not know nbaudit'),
    refused: trans.__('This could not be audited'),
    unreachable: trans.__('The server does not answer')
  }[error.kind];
  const text = {
    missing: trans.__(
      'The panel is installed, but the Jupyter server runs without its half. Install nbaudit in the environment of the server, then restart it. These commands tell more:'
    ),
    refused: sentence(error.message),
    unreachable: trans.__('It may have stopped, or the connection is gone. (%1)', error.message)
  }[error.kind];
  return (
    <Blank title={title} alert>
      <p>{text}</p>
      {error.kind === 'missing' && (
        <pre className="nbaudit-pre" tabIndex={0}>
          {'pip install nbaudit\njupyter server extension list'}
        </pre>
      )}
      <button className="jp-mod-styled jp-mod-accept" onClick={retry}>
        {trans.__('Try again')}
      </button>
    </Blank>
  );
}

function Blank(props: { title: string; alert?: boolean; children: React.ReactNode }): React.ReactElement {
  return (
    <div className={`nbaudit-blank${props.alert ? ' nbaudit-alert' : ''}`} role={props.alert ? 'alert' : undefined}>
      <auditIcon.react tag="div" className="nbaudit-blank-icon" width="40px" height="40px" />
      <h3>{props.title}</h3>
      {props.children}
    </div>
  );
}

// The results.

function Results(props: Shared & { result: NbauditResult; falseOnes: [Finding, FalseFinding][] }): React.ReactElement {
  const { panel, audit, trans, catalogue, result, falseOnes } = props;
  const { findings } = audit;
  const [filter, setFilter] = React.useState<Filter>(ALL);
  const [by, setBy] = React.useState<GroupBy>('cause');
  const [open, setOpen] = React.useState<ReadonlySet<string>>(new Set());
  const list = React.useRef<HTMLDivElement>(null);
  const { focus } = panel;
  React.useEffect(() => {
    if (!focus) {
      return;
    }
    panel.focus = null;
    setFilter(ALL);
    setOpen(new Set([...open, focus.key]));
    requestAnimationFrame(() => {
      const node = list.current?.querySelector(`[data-key="${CSS.escape(focus.key)}"]`);
      node?.scrollIntoView({ block: 'start' });
    });
  }, [focus]);
  const shown = findings.filter(finding => matches(finding, filter, catalogue.issues));
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) {
      next.add(key);
    }
    setOpen(next);
  };
  const lateError = audit.lateError;
  return (
    <>
      {audit.stale && !audit.busy && (
        <div className="nbaudit-note nbaudit-stale">
          <span>{trans.__('The notebook has changed since this audit.')}</span>
          <button className="nbaudit-link" onClick={() => panel.deeds.audit(audit)}>
            {trans.__('Audit again')}
          </button>
        </div>
      )}
      {lateError && (
        <div className="nbaudit-note nbaudit-alert" role="alert">
          {trans.__('The last audit failed, an older one is shown. %1', lateError.message)}
        </div>
      )}
      {result.failures.map(failure => (
        <div className="nbaudit-note nbaudit-alert" key={failure.check}>
          {trans.__('%1 crashed (%2); the verdicts are incomplete.', failure.check, failure.error)}
        </div>
      ))}
      <Summary {...props} />
      <Matrix {...props} filter={filter} setFilter={setFilter} />
      {findings.length > 0 && (
        <section className="nbaudit-findings" ref={list} aria-label={trans.__('Findings')}>
          <Filters {...props} filter={filter} setFilter={setFilter} by={by} setBy={setBy} shown={shown.length} />
          {groups(shown, by, result).map(group => (
            <GroupView key={group.key} {...props} group={group} by={by} open={open} toggle={toggle} />
          ))}
          {!shown.length && (
            <div className="nbaudit-none">
              {trans.__('No finding fits the filters.')}{' '}
              <button className="nbaudit-link" onClick={() => setFilter(ALL)}>
                {trans.__('Show all')}
              </button>
            </div>
          )}
        </section>
      )}
      <HouseRules {...props} />
      <Rest {...props} falseOnes={falseOnes} />
    </>
  );
}

function Summary(props: Shared & { result: NbauditResult }): React.ReactElement {
  const { audit, trans, result } = props;
  const tally = counts(result);
  const present = tally.high + tally.low;
  const [understood, calls] = trust(result);
  if (tally.na === 30) {
    return (
      <Blank title={trans.__('Nothing to judge')}>
        <p>{trans.__('This notebook trains and evaluates no model, so none of the 30 issues applies to it.')}</p>
      </Blank>
    );
  }
  const share = calls ? Math.round((100 * understood) / calls) : 100;
  const causes = groups(audit.findings, 'cause', result);
  const minutes = causes.reduce((sum, group) => sum + (group.cause?.minutes ?? 0), 0);
  return (
    <section className="nbaudit-summary" aria-label={trans.__('Summary')}>
      {present === 0 && (
        <p className="nbaudit-clean">
          <b>{trans.__('Nothing found.')}</b>{' '}
          {trans.__('None of the 30 issues is present. That does not prove that the notebook is sound.')}
        </p>
      )}
      <dl className="nbaudit-figures">
        <Figure className="nbaudit-high" number={tally.high} label={trans.__('high relevance')} />
        <Figure className="nbaudit-low" number={tally.low} label={trans.__('low relevance')} />
        <Figure className="nbaudit-good" number={tally.absent} label={trans.__('absent')} />
        <Figure
          className=""
          number={tally.na + tally.undecided}
          label={tally.undecided ? trans.__('n/a or undecided') : trans.__('not applicable')}
        />
      </dl>
      {minutes > 0 && (
        <p
          className="nbaudit-time"
          title={trans.__('An estimate set by hand, not measured; cells’ running not in it.')}
        >
          {trans.__('About %1 to repay, estimated', spell(minutes, trans))}
        </p>
      )}
      <p className={`nbaudit-trust${share < 80 ? ' nbaudit-weak' : ''}`}>
        {trans.__('%1 of %2 calls understood', understood, calls)}
        {share < 80 && ' · ' + trans.__('trust “absent” less')}
      </p>
    </section>
  );
}

/** "2 h 30 min" */
function spell(minutes: number, trans: TranslationBundle): string {
  const time = duration(minutes);
  const parts = time.hours ? [trans.__('%1 h', time.hours)] : [];
  return [...parts, ...(time.minutes || !time.hours ? [trans.__('%1 min', time.minutes)] : [])].join(' ');
}

function Figure(props: { className: string; number: number; label: string }): React.ReactElement {
  return (
    <div className={`${props.className}${props.number ? '' : ' nbaudit-zero'}`}>
      <dd>{props.number}</dd>
      <dt>{props.label}</dt>
    </div>
  );
}

const SYMBOLS: Record<MatrixPlace['state'], string> = {
  high: '',
  low: '',
  absent: '✓',
  na: '–',
  undecided: '?',
  none: ''
};

/** The activities in words that fit into the table; the full ones are in its hints. */
function shortNames(trans: TranslationBundle): Record<string, string> {
  return {
    DI: trans.__('Integration'),
    DC: trans.__('Reading data'),
    OU: trans.__('Outliers'),
    FS: trans.__('Features'),
    MV: trans.__('Missing values'),
    RB: trans.__('Rebalancing'),
    IC: trans.__('Inconsistencies'),
    SC: trans.__('Scaling'),
    AL: trans.__('Algorithms'),
    SP: trans.__('Splitting'),
    HT: trans.__('Tuning'),
    EM: trans.__('Metric')
  };
}

function Matrix(
  props: Shared & { result: NbauditResult; filter: Filter; setFilter: (filter: Filter) => void }
): React.ReactElement | null {
  const { trans, result, catalogue, audit, filter, setFilter } = props;
  const [folded, setFolded] = React.useState(false);
  const rows = matrix(result, catalogue.issues, audit.findings);
  if (rows.every(row => row.places.every(place => place.state === 'na' || place.state === 'none'))) {
    return null;
  }
  const names = shortNames(trans);
  const words = { high: trans.__('present'), low: trans.__('present'), absent: trans.__('absent') };
  const word = (place: MatrixPlace): string =>
    ({ ...words, na: trans.__('not applicable'), undecided: trans.__('undecided'), none: trans.__('no such issue') })[
      place.state
    ];
  return (
    <section className="nbaudit-matrix">
      <Fold label={trans.__('Verdicts')} folded={folded} toggle={() => setFolded(!folded)} />
      {!folded && (
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span className="nbaudit-hidden">{trans.__('Activity')}</span>
              </th>
              <th scope="col">{trans.__('missing')}</th>
              <th scope="col">{trans.__('partial')}</th>
              <th scope="col">{trans.__('wrong')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row: MatrixRow, number) => (
              <tr
                key={row.activity}
                data-nbaudit-phase={PHASES[row.phase]}
                className={number && rows[number - 1].phase !== row.phase ? 'nbaudit-opens' : ''}
              >
                <th scope="row" title={`${phaseName(row.phase, trans)}: ${row.label}`}>
                  {names[row.activity] ?? row.label}
                </th>
                {row.places.map(place => {
                  const name = [place.code, catalogue.issues[place.code]?.title].filter(part => part).join(' ');
                  const title = `${name}: ${word(place)}`;
                  const full = place.reason ? `${title}. ${place.reason.replace(/`/g, '')}` : title;
                  return (
                    <td key={place.code} className={`nbaudit-is-${place.state}`}>
                      {place.state === 'high' || place.state === 'low' ? (
                        <button
                          title={full}
                          aria-label={title}
                          aria-pressed={filter.issue === place.code}
                          onClick={() => setFilter({ ...ALL, issue: filter.issue === place.code ? '' : place.code })}
                        >
                          {place.count || '·'}
                        </button>
                      ) : (
                        <span title={place.state === 'none' ? undefined : full} aria-label={title} role="img">
                          {SYMBOLS[place.state]}
                        </span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Fold(props: { label: string; folded: boolean; toggle: () => void; count?: number }): React.ReactElement {
  const Caret = props.folded ? caretRightIcon : caretDownIcon;
  return (
    <h3 className="nbaudit-fold">
      <button aria-expanded={!props.folded} onClick={props.toggle}>
        <Caret.react tag="span" width="16px" height="16px" />
        {props.label}
        {props.count !== undefined && <span className="nbaudit-count">{props.count}</span>}
      </button>
    </h3>
  );
}

function Filters(
  props: Shared & {
    filter: Filter;
    setFilter: (filter: Filter) => void;
    by: GroupBy;
    setBy: (by: GroupBy) => void;
    shown: number;
  }
): React.ReactElement {
  const { trans, catalogue, audit, filter, setFilter, by, setBy, shown } = props;
  const [open, setOpen] = React.useState(false);
  const issues = [...new Set(audit.findings.map(finding => finding.issue))].map(code => catalogue.issues[code]);
  const choices = (values: (string | undefined)[]): string[] =>
    [...new Set(values)].filter(value => !!value) as string[];
  const label = (activity: string): string =>
    issues.find(issue => issue?.activity === activity)?.activity_label ?? activity;
  const problems: Record<string, string> = {
    M: trans.__('missing'),
    I: trans.__('insufficient'),
    W: trans.__('wrong')
  };
  const relevances: Record<string, string> = { high: trans.__('high'), low: trans.__('low') };
  const select = (
    name: string,
    key: 'phase' | 'activity' | 'problem' | 'relevance',
    values: string[],
    say: (value: string) => string
  ): React.ReactElement => (
    <label>
      <span>{name}</span>
      <select
        aria-label={name}
        value={filter[key]}
        onChange={event => setFilter({ ...filter, issue: '', [key]: event.target.value })}
      >
        <option value="">{trans.__('any')}</option>
        {values.map(value => (
          <option key={value} value={value}>
            {say(value)}
          </option>
        ))}
      </select>
    </label>
  );
  const total = audit.findings.length;
  const filtered = isFiltered(filter);
  return (
    <div className="nbaudit-filters">
      <div className="nbaudit-filters-head">
        <h3>{trans.__('Findings')}</h3>
        <output className="nbaudit-count">{shown === total ? total : trans.__('%1 of %2', shown, total)}</output>
        {filtered && <IconButton icon={closeIcon} label={trans.__('Show all')} onClick={() => setFilter(ALL)} />}
        <span className="nbaudit-grow" />
        <button className="nbaudit-link nbaudit-filter-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {trans.__('Filter')}
        </button>
        <select
          aria-label={trans.__('Group the findings')}
          value={by}
          onChange={event => setBy(event.target.value as GroupBy)}
        >
          <option value="cause">{trans.__('by cause')}</option>
          <option value="cell">{trans.__('by cell')}</option>
          <option value="issue">{trans.__('by issue')}</option>
        </select>
      </div>
      {open && (
        <div className="nbaudit-filters-body">
          <label className="nbaudit-wide">
            <span>{trans.__('Text')}</span>
            <input
              type="search"
              value={filter.text}
              placeholder={trans.__('issue, check or words')}
              onChange={event => setFilter({ ...filter, issue: '', text: event.target.value })}
            />
          </label>
          {select(trans.__('Phase'), 'phase', choices(issues.map(issue => issue?.phase)), v => phaseName(v, trans))}
          {select(trans.__('Activity'), 'activity', choices(issues.map(issue => issue?.activity)), label)}
          {select(trans.__('Problem'), 'problem', choices(issues.map(issue => issue?.problem)), v => problems[v])}
          {select(trans.__('Relevance'), 'relevance', ['high', 'low'], v => relevances[v])}
          <label className="nbaudit-wide">
            <span>{trans.__('Confidence from %1 %', Math.round(filter.confidence * 100))}</span>
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              value={Math.round(filter.confidence * 100)}
              onChange={event => setFilter({ ...filter, issue: '', confidence: Number(event.target.value) / 100 })}
            />
          </label>
        </div>
      )}
    </div>
  );
}

function GroupView(
  props: Shared & { group: Group; by: GroupBy; open: ReadonlySet<string>; toggle: (key: string) => void }
): React.ReactElement {
  const { group, by, trans, catalogue, audit, open, toggle } = props;
  const first = group.findings[0];
  const issues = [...new Set(group.findings.map(finding => finding.issue))];
  const { cause } = group;
  const title = cause
    ? cause.title
    : by === 'cell'
      ? cellName(audit, first, trans)
      : (catalogue.issues[first.issue]?.title ?? first.issue);
  return (
    <section className="nbaudit-group">
      <h4>
        <span className="nbaudit-group-title">{title}</span>
        {by === 'cell' && <span className="nbaudit-prompt">{promptOf(audit, first)}</span>}
        {by !== 'cell' && <span className={`nbaudit-code nbaudit-${first.relevance}`}>{issues.join(' ')}</span>}
      </h4>
      {cause && (
        <p className="nbaudit-cause">
          {cause.shared && cause.repair && <Prose text={cause.repair} />}{' '}
          <span className="nbaudit-cause-time" title={trans.__('The time to repay, estimated')}>
            {cause.shared
              ? trans._n('%1 finding of one cause', '%1 findings of one cause', group.findings.length) + ' · '
              : ''}
            {spell(cause.minutes, trans)}
          </span>
        </p>
      )}
      <ul>
        {group.findings.map((finding, number) => {
          const key = audit.key(finding);
          return (
            <FindingView
              key={`${key}-${number}`}
              {...props}
              finding={finding}
              id={key}
              expanded={open.has(key)}
              toggle={() => toggle(key)}
            />
          );
        })}
      </ul>
    </section>
  );
}

/** "[14]", the number that JupyterLab shows beside the cell; "" where it was not run. */
function promptOf(audit: Audit, span: Span): string {
  const place = audit.place(span);
  const cell = place && audit.panel.content.model?.cells.get(place.index);
  const count = cell && isCodeCellModel(cell) ? cell.executionCount : null;
  return count === null ? '' : `[${count}]`;
}

function PlaceName(props: { audit: Audit; span: Span; trans: TranslationBundle }): React.ReactElement {
  const { audit, span, trans } = props;
  const prompt = promptOf(audit, span);
  return (
    <span>
      {prompt && <span className="nbaudit-prompt">{prompt} </span>}
      {placeName(audit, span, trans)}
    </span>
  );
}

/** What a finding rests on beside the code; "" where on nothing else. */
function basisName(finding: Finding, trans: TranslationBundle): string {
  const names: Record<Finding['basis'], string> = {
    code: '',
    'saved output': trans.__('from a saved output'),
    run: trans.__('from a run')
  };
  return names[finding.basis];
}

/** "Cell 17", by its place in the notebook now. */
function cellName(audit: Audit, span: Span, trans: TranslationBundle): string {
  const place = audit.place(span);
  return place ? trans.__('Cell %1', place.index) : trans.__('A cell that is gone');
}

function placeName(audit: Audit, span: Span, trans: TranslationBundle): string {
  const place = audit.place(span);
  return place ? trans.__('cell %1, line %2', place.index, place.line) : trans.__('changed since');
}

function FindingView(
  props: Shared & { finding: Finding; id: string; by: GroupBy; expanded: boolean; toggle: () => void }
): React.ReactElement {
  const { panel, audit, trans, catalogue, finding, id, by, expanded, toggle } = props;
  const gone = !audit.place(finding);
  const node = React.useRef<HTMLLIElement>(null);
  React.useEffect(() => {
    if (expanded) {
      node.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [expanded]);
  const high = finding.relevance === 'high';
  const Caret = expanded ? caretDownIcon : caretRightIcon;
  const jump = (): void => {
    if (!expanded) {
      toggle();
    }
    panel.deeds.jump(audit, finding);
  };
  return (
    <li
      ref={node}
      className={`nbaudit-finding nbaudit-${finding.relevance}${gone ? ' nbaudit-gone' : ''}`}
      data-key={id}
    >
      <div className="nbaudit-finding-row">
        <button
          className="nbaudit-caret"
          aria-expanded={expanded}
          aria-label={trans.__('Details of %1 in %2', finding.issue, placeName(audit, finding, trans))}
          onClick={toggle}
        >
          <Caret.react tag="span" width="16px" height="16px" />
        </button>
        <button className="nbaudit-finding-main" onClick={jump} title={trans.__('Go to the code')}>
          <span className="nbaudit-message">
            <Prose text={capital(finding.message)} />
          </span>
          <span className="nbaudit-meta">
            <span className="nbaudit-relevance">{high ? trans.__('▲ High') : trans.__('● Low')}</span>
            {by === 'cell' && <span className="nbaudit-code">{finding.issue}</span>}
            <PlaceName audit={audit} span={finding} trans={trans} />
            <span title={trans.__('How sure the analysis is')}>{Math.round(finding.confidence * 100)} %</span>
            {basisName(finding, trans) && <span>{basisName(finding, trans)}</span>}
          </span>
        </button>
      </div>
      {expanded && <Detail {...props} check={catalogue.checks[finding.check]} />}
    </li>
  );
}

function Detail(
  props: Shared & { finding: Finding; check: Catalogue['checks'][string] | undefined }
): React.ReactElement {
  const { panel, audit, trans, catalogue, finding, check } = props;
  const [form, setForm] = React.useState<'' | 'suppress' | 'false'>('');
  const [copied, setCopied] = React.useState(false);
  const readOnly = audit.panel.context.model.readOnly;
  const copy = (): void => {
    panel.deeds.copy(finding);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="nbaudit-detail">
      {check && (
        <>
          <h5>{trans.__('Why it is debt')}</h5>
          <p>
            <Prose text={capital(check.why)} />
          </p>
        </>
      )}
      <h5>{trans.__('Instead')}</h5>
      {check && (
        <p>
          <Prose text={capital(check.instead)} />
        </p>
      )}
      {finding.instead && (
        <pre className="nbaudit-pre" role="group" tabIndex={0} aria-label={trans.__('Code to use instead')}>
          {finding.instead}
        </pre>
      )}
      <h5>{trans.__('Evidence')}</h5>
      <ol className="nbaudit-trail">
        {finding.evidence.map((step, number) => (
          <li key={number}>
            <button
              onClick={() => panel.deeds.jump(audit, step)}
              title={step.source ? trans.__('Known from %1', step.source) : undefined}
            >
              <code className="nbaudit-line-text">{lineText(audit, step)}</code>
              <span className="nbaudit-step-text">
                <Prose text={step.text} />
              </span>
              <span className="nbaudit-meta">
                <PlaceName audit={audit} span={step} trans={trans} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className="nbaudit-actions">
        <button onClick={copy}>
          <copyIcon.react tag="span" width="14px" height="14px" />
          {copied ? trans.__('Copied') : trans.__('Copy fix')}
        </button>
        <button disabled={readOnly} onClick={() => panel.deeds.insert(audit, finding)}>
          <addBelowIcon.react tag="span" width="14px" height="14px" />
          {trans.__('Insert below')}
        </button>
        <button
          disabled={readOnly}
          aria-expanded={form === 'suppress'}
          onClick={() => setForm(form === 'suppress' ? '' : 'suppress')}
        >
          {trans.__('Suppress …')}
        </button>
        <button aria-expanded={form === 'false'} onClick={() => setForm(form === 'false' ? '' : 'false')}>
          {trans.__('Not true …')}
        </button>
      </div>
      {form === 'suppress' && <SuppressForm {...props} close={() => setForm('')} />}
      {form === 'false' && <FalseForm {...props} close={() => setForm('')} />}
      <p className="nbaudit-check">
        {trans.__('Check:')} <code>{finding.check}</code>
        {' · '}
        {phaseName(catalogue.issues[finding.issue]?.phase ?? '', trans)}
      </p>
    </div>
  );
}

function lineText(audit: Audit, span: Span): string {
  const { state } = audit;
  const source = state.kind === 'done' ? (state.cells[span.cell]?.source ?? '') : '';
  return source.split('\n')[span.line - 1]?.trim() ?? '';
}

function SuppressForm(props: Shared & { finding: Finding; close: () => void }): React.ReactElement {
  const { panel, audit, trans, finding, close } = props;
  const [how, setHow] = React.useState<Suppression>({ by: 'comment', name: finding.issue, reason: '' });
  return (
    <ReasonForm
      trans={trans}
      title={trans.__('Switch this finding off')}
      label={trans.__('Why is it right here?')}
      action={trans.__('Suppress')}
      reason={how.reason}
      setReason={reason => setHow({ ...how, reason })}
      needsReason={how.by === 'comment'}
      submit={() => panel.deeds.suppress(audit, finding, how)}
      close={close}
    >
      <label>
        <span>{trans.__('What')}</span>
        <select
          aria-label={trans.__('What')}
          value={how.name}
          onChange={event => setHow({ ...how, name: event.target.value })}
        >
          <option value={finding.issue}>{trans.__('the issue %1', finding.issue)}</option>
          <option value={finding.check}>{trans.__('this check alone')}</option>
        </select>
      </label>
      <label>
        <span>{trans.__('By')}</span>
        <select
          aria-label={trans.__('By')}
          value={how.by}
          onChange={event => setHow({ ...how, by: event.target.value as Suppression['by'] })}
        >
          <option value="comment">{trans.__('a comment at the line')}</option>
          <option value="tag">{trans.__('a tag of the whole cell')}</option>
        </select>
      </label>
      {how.by === 'tag' && <p className="nbaudit-hint">{trans.__('A tag holds no reason.')}</p>}
    </ReasonForm>
  );
}

function FalseForm(props: Shared & { finding: Finding; close: () => void }): React.ReactElement {
  const { panel, audit, trans, catalogue, finding, close } = props;
  const [reason, setReason] = React.useState('');
  return (
    <ReasonForm
      trans={trans}
      title={trans.__('Mark as false')}
      label={trans.__('What did the analysis get wrong?')}
      action={trans.__('Mark as false')}
      reason={reason}
      setReason={setReason}
      needsReason={false}
      submit={() => panel.deeds.markFalse(audit, finding, reason)}
      close={close}
    >
      <p className="nbaudit-hint">
        {trans.__(
          'It is kept in %1 in the server’s folder, with the code of the cells concerned. Nothing is sent; you may send the file.',
          catalogue.false_findings
        )}
      </p>
    </ReasonForm>
  );
}

function ReasonForm(props: {
  trans: TranslationBundle;
  title: string;
  label: string;
  action: string;
  reason: string;
  setReason: (reason: string) => void;
  needsReason: boolean;
  submit: () => Promise<void>;
  close: () => void;
  children: React.ReactNode;
}): React.ReactElement {
  const { trans, reason, needsReason } = props;
  const [error, setError] = React.useState('');
  const onSubmit = (event: React.FormEvent): void => {
    event.preventDefault();
    props.submit().then(props.close, problem => setError(String((problem as Error).message ?? problem)));
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      props.close();
    }
  };
  return (
    <form className="nbaudit-form" aria-label={props.title} onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <label className="nbaudit-wide">
        <span>{props.label}</span>
        <input
          type="text"
          autoFocus
          value={reason}
          required={needsReason}
          maxLength={300}
          onChange={event => props.setReason(event.target.value)}
        />
      </label>
      {props.children}
      {error && (
        <p className="nbaudit-error" role="alert">
          {error}
        </p>
      )}
      <div className="nbaudit-form-buttons">
        <button type="button" onClick={props.close}>
          {trans.__('Cancel')}
        </button>
        <button type="submit" className="nbaudit-primary" disabled={needsReason && !reason.trim()}>
          {props.action}
        </button>
      </div>
    </form>
  );
}

/** Matches of the project's own rules: none of the 30 issues, so they stand apart from the findings. */
function HouseRules(props: Shared & { result: NbauditResult }): React.ReactElement | null {
  const { trans, result } = props;
  const [folded, setFolded] = React.useState(false);
  const found = result.house_rules.filter(match => match.ignored === null);
  if (!found.length) {
    return null;
  }
  return (
    <section className="nbaudit-rest nbaudit-house" aria-label={trans.__('House rules')}>
      <Fold label={trans.__('House rules')} count={found.length} folded={folded} toggle={() => setFolded(!folded)} />
      {!folded && (
        <ul>
          {found.map((match, number) => (
            <HouseView key={`${match.rule} ${match.cell} ${match.line} ${number}`} {...props} match={match} />
          ))}
        </ul>
      )}
    </section>
  );
}

function HouseView(props: Shared & { match: HouseMatch }): React.ReactElement {
  const { panel, audit, trans, match } = props;
  const [suppressing, setSuppressing] = React.useState(false);
  const [reason, setReason] = React.useState('');
  const words = {
    error: trans.__('▲ Error'),
    warning: trans.__('● Warning'),
    info: trans.__('Info'),
    hint: trans.__('Hint')
  };
  const level = match.severity === 'error' ? 'high' : match.severity === 'warning' ? 'low' : 'info';
  return (
    <li className={`nbaudit-house-match nbaudit-${level}`}>
      <button className="nbaudit-row" onClick={() => panel.deeds.jump(audit, match)} title={trans.__('Go to the code')}>
        <span className="nbaudit-message">
          <Prose text={capital(match.message)} />
        </span>
        {match.note && (
          <span className="nbaudit-step-text">
            {trans.__('Instead: ')}
            <Prose text={match.note} />
          </span>
        )}
        <span className="nbaudit-meta">
          <span className="nbaudit-relevance">{words[match.severity]}</span>
          <span className="nbaudit-code">{match.rule}</span>
          <PlaceName audit={audit} span={match} trans={trans} />
        </span>
      </button>
      <button
        className="nbaudit-link"
        aria-expanded={suppressing}
        disabled={audit.panel.context.model.readOnly}
        onClick={() => setSuppressing(!suppressing)}
      >
        {trans.__('Suppress …')}
      </button>
      {suppressing && (
        <ReasonForm
          trans={trans}
          title={trans.__('Switch this match off')}
          label={trans.__('Why is it right here?')}
          action={trans.__('Suppress')}
          reason={reason}
          setReason={setReason}
          needsReason
          submit={() => panel.deeds.suppress(audit, match, { by: 'comment', name: match.rule, reason })}
          close={() => setSuppressing(false)}
        >
          <></>
        </ReasonForm>
      )}
    </li>
  );
}

/** What is less asked for: suppressed and false findings, notes, unknown calls. */
function Rest(props: Shared & { result: NbauditResult; falseOnes: [Finding, FalseFinding][] }): React.ReactElement {
  const { panel, audit, trans, result, falseOnes } = props;
  const quiet = result.house_rules.filter(match => match.ignored !== null);
  return (
    <>
      <Folded label={trans.__('Suppressed')} count={result.suppressed.length + quiet.length}>
        {quiet.map((match, number) => (
          <li key={`house ${number}`}>
            <button className="nbaudit-row" onClick={() => panel.deeds.jump(audit, match)}>
              <span className="nbaudit-code">{match.rule}</span> <Prose text={match.message} />
              <span className="nbaudit-meta">
                {placeName(audit, match, trans)}
                {match.ignored && ` · “${match.ignored}”`}
              </span>
            </button>
          </li>
        ))}
        {result.suppressed.map((item, number) => (
          <li key={number}>
            <button className="nbaudit-row" onClick={() => panel.deeds.jump(audit, item.by)}>
              <span className="nbaudit-code">{item.issue}</span> <Prose text={item.message} />
              <span className="nbaudit-meta">
                {placeName(audit, item.by, trans)}
                {item.reason && ` · “${item.reason}”`}
              </span>
            </button>
          </li>
        ))}
      </Folded>
      <Folded label={trans.__('Marked as false')} count={falseOnes.length}>
        {falseOnes.map(([finding, entry]) => (
          <li key={entry.key}>
            <button className="nbaudit-row" onClick={() => panel.deeds.jump(audit, finding)}>
              <span className="nbaudit-code">{finding.issue}</span> <Prose text={finding.message} />
              <span className="nbaudit-meta">
                {placeName(audit, finding, trans)}
                {entry.reason && ` · “${entry.reason}”`}
              </span>
            </button>
            <button className="nbaudit-link" onClick={() => void panel.deeds.unmarkFalse(audit, entry)}>
              {trans.__('Show it again')}
            </button>
          </li>
        ))}
      </Folded>
      <Folded label={trans.__('Notes')} count={result.notes.length + result.unused_suppressions.length}>
        {[...result.notes, ...result.unused_suppressions].map((note, number) => (
          <li key={number} className="nbaudit-plain">
            {note.cell !== null && <b>{trans.__('Cell %1: ', note.cell)}</b>}
            {note.text}
          </li>
        ))}
      </Folded>
      <Folded label={trans.__('Calls not understood')} count={result.unknown_calls.length}>
        {result.unknown_calls.map(call => (
          <li key={call.call} className="nbaudit-plain">
            <code>{call.call}</code> {call.count > 1 && `× ${call.count}`}
          </li>
        ))}
      </Folded>
    </>
  );
}

function Folded(props: { label: string; count: number; children: React.ReactNode }): React.ReactElement | null {
  const [folded, setFolded] = React.useState(true);
  if (!props.count) {
    return null;
  }
  return (
    <section className="nbaudit-rest">
      <Fold label={props.label} count={props.count} folded={folded} toggle={() => setFolded(!folded)} />
      {!folded && <ul>{props.children}</ul>}
    </section>
  );
}

function Prose({ text }: { text: string }): React.ReactElement {
  return (
    <>
      {segments(text).map((part, number) =>
        part.code ? <code key={number}>{part.text}</code> : <React.Fragment key={number}>{part.text}</React.Fragment>
      )}
    </>
  );
}

function IconButton(props: { icon: LabIcon; label: string; onClick: () => void }): React.ReactElement {
  return (
    <button className="nbaudit-icon-button" title={props.label} aria-label={props.label} onClick={props.onClick}>
      <props.icon.react tag="span" width="16px" height="16px" />
    </button>
  );
}
