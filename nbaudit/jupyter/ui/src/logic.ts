/** What the extension computes, without anything of JupyterLab or the browser: so it is tested alone. */

import type { Catalogue, IssueInfo } from './catalogue';
import type { Finding, NbauditResult } from './result';

/** A stretch of a cell: lines from 1, columns from 0, the end exclusive; `end_line` 0 where only the line is known. */
export interface Span {
  cell: number;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

export interface CellText {
  id: string;
  source: string;
  /** code, markdown or raw */
  kind: string;
  /** Its tags that switch findings off. */
  ignores: string;
}

/** Whether an audit would read other cells. The ids don't count: a file without stored ones gets new ones at each opening. */
export function sameCells(before: readonly CellText[], now: readonly CellText[]): boolean {
  return (
    now.length === before.length &&
    now.every((cell, index) => {
      const { source, kind, ignores } = before[index];
      return cell.source === source && cell.kind === kind && cell.ignores === ignores;
    })
  );
}

/** Where a span is now: the cell's present index, and lines of its present source. */
export interface Place {
  index: number;
  line: number;
  endLine: number;
  /** In UTF-16 units, as JavaScript and the editor count. */
  column: number;
  endColumn: number;
}

export interface Filter {
  text: string;
  phase: string;
  activity: string;
  problem: string;
  relevance: string;
  confidence: number;
  issue: string;
}

export const ALL: Filter = {
  text: '',
  phase: '',
  activity: '',
  problem: '',
  relevance: '',
  confidence: 0,
  issue: ''
};

export type GroupBy = 'cause' | 'cell' | 'issue';

export interface Group {
  key: string;
  findings: Finding[];
  /** What the audit says of their cause; null where they are grouped otherwise. */
  cause: Cause | null;
}

export type Cause = NbauditResult['causes'][number];
export type HouseMatch = NbauditResult['house_rules'][number];

export type MatrixState = 'high' | 'low' | 'absent' | 'na' | 'undecided' | 'none';

export interface MatrixPlace {
  code: string;
  state: MatrixState;
  count: number;
  reason: string;
}

export interface MatrixRow {
  activity: string;
  label: string;
  phase: string;
  /** Missing, insufficient, wrong. */
  places: [MatrixPlace, MatrixPlace, MatrixPlace];
}

export function matches(finding: Finding, filter: Filter, issues: Record<string, IssueInfo>): boolean {
  const issue = issues[finding.issue];
  const words = filter.text.trim().toLowerCase();
  return (
    (!filter.issue || finding.issue === filter.issue) &&
    (!filter.phase || issue?.phase === filter.phase) &&
    (!filter.activity || issue?.activity === filter.activity) &&
    (!filter.problem || issue?.problem === filter.problem) &&
    (!filter.relevance || finding.relevance === filter.relevance) &&
    finding.confidence >= filter.confidence &&
    (!words || [finding.issue, finding.check, finding.message].some(text => text.toLowerCase().includes(words)))
  );
}

export function isFiltered(filter: Filter): boolean {
  return (Object.keys(ALL) as (keyof Filter)[]).some(name => filter[name] !== ALL[name]);
}

/** High relevance first, then the surest, then by place. */
export function ranked(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding): number => (finding.relevance === 'high' ? 0 : 1);
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || b.confidence - a.confidence || a.cell - b.cell || a.line - b.line
  );
}

/** Findings by cause as the audit has them, the gravest first; by cell, as they stand; or by issue, the gravest first. */
export function groups(findings: readonly Finding[], by: GroupBy, result: NbauditResult): Group[] {
  if (by === 'cause') {
    const shown = new Set(findings);
    return result.causes
      .map((cause, number) => ({
        key: `cause ${number}`,
        cause,
        findings: cause.findings.map(index => result.findings[index]).filter(finding => shown.has(finding))
      }))
      .filter(group => group.findings.length > 0);
  }
  const gathered = new Map<string, Finding[]>();
  const ordered = by === 'cell' ? [...findings].sort((a, b) => a.cell - b.cell || a.line - b.line) : ranked(findings);
  for (const finding of ordered) {
    const key = by === 'cell' ? `cell ${finding.cell}` : finding.issue;
    gathered.set(key, [...(gathered.get(key) ?? []), finding]);
  }
  return [...gathered].map(([key, members]) => ({ key, findings: members, cause: null }));
}

/** Minutes rounded as an estimate can bear: to 5, from two hours on to 30, from eight on to whole hours. */
export function duration(minutes: number): { hours: number; minutes: number } {
  const step = minutes < 120 ? 5 : minutes < 480 ? 30 : 60;
  const rounded = minutes ? Math.max(Math.round(minutes / step), 1) * step : 0;
  return { hours: Math.floor(rounded / 60), minutes: rounded % 60 };
}

/** The verdicts as a table: twelve activities by missing, insufficient, wrong. */
export function matrix(
  result: NbauditResult,
  issues: Record<string, IssueInfo>,
  findings: readonly Finding[]
): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  const none = (code: string): MatrixPlace => ({ code, state: 'none', count: 0, reason: '' });
  for (const [code, issue] of Object.entries(issues)) {
    let row = rows.get(issue.activity);
    if (!row) {
      row = {
        activity: issue.activity,
        label: issue.activity_label,
        phase: issue.phase,
        places: [none(`${issue.activity}-M`), none(`${issue.activity}-I`), none(`${issue.activity}-W`)]
      };
      rows.set(issue.activity, row);
    }
    const verdict = result.verdicts[code as keyof NbauditResult['verdicts']];
    if (!verdict) {
      continue;
    }
    const state: MatrixState =
      verdict.state === 'present' ? verdict.relevance : verdict.state === 'n/a' ? 'na' : verdict.state;
    row.places['MIW'.indexOf(issue.problem)] = {
      code,
      state,
      count: findings.filter(finding => finding.issue === code).length,
      reason: verdict.reason
    };
  }
  return [...rows.values()];
}

export interface Counts {
  high: number;
  low: number;
  absent: number;
  na: number;
  undecided: number;
}

export function counts(result: NbauditResult): Counts {
  const tally: Counts = { high: 0, low: 0, absent: 0, na: 0, undecided: 0 };
  for (const verdict of Object.values(result.verdicts)) {
    const state = verdict.state === 'present' ? verdict.relevance : verdict.state === 'n/a' ? 'na' : verdict.state;
    tally[state] += 1;
  }
  return tally;
}

/** [calls understood, all calls]. */
export function trust(result: NbauditResult): [number, number] {
  const { known = 0, neutral = 0, user = 0, unknown = 0 } = result.stats;
  return [known + neutral + user, known + neutral + user + unknown];
}

/** A text cut at its `code`, for a message in which code is set as code. */
export function segments(text: string): { code: boolean; text: string }[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, number) => ({ code: number % 2 === 1, text: part }))
    .filter(part => part.text);
}

/** A text as a sentence of its own; code at its start stays as it is. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text as a whole sentence: with a capital where it starts with a word of prose, and a full stop. */
export function sentence(text: string): string {
  const whole = /^[a-z]+ /.test(text) ? capital(text) : text;
  return /[.!?)]$/.test(whole) ? whole : `${whole}.`;
}

/** Where the lines of `span` are in the cells `now`, given the cells when it was made; null where they are gone.
 *
 * A cell is known by its id. Where it is gone or doesn't hold the lines any more (it was split, merged, or replaced by
 * a reload), cells that came after are searched for the very lines.
 */
export function locate(span: Span, before: readonly CellText[], now: readonly CellText[]): Place | null {
  const old = before[span.cell];
  if (!old) {
    return null;
  }
  const last = Math.max(span.end_line, span.line);
  const wanted = old.source.split('\n').slice(span.line - 1, last);
  if (!wanted.length) {
    return null;
  }
  const place = (index: number, line: number): Place => ({
    index,
    line,
    endLine: line + wanted.length - 1,
    column: units(wanted[0], span.column),
    endColumn: span.end_line ? units(wanted[wanted.length - 1], span.end_column) : wanted[wanted.length - 1].length
  });
  const own = now.findIndex(cell => cell.id === old.id && cell.kind === old.kind);
  if (own >= 0) {
    const line = findLines(now[own].source, wanted, span.line);
    if (line) {
      return place(own, line);
    }
  }
  const known = new Set(before.map(cell => cell.id));
  for (let index = 0; index < now.length; index++) {
    const sameText = now[index].source === old.source && own < 0;
    if (now[index].kind === old.kind && (!known.has(now[index].id) || sameText)) {
      const line = findLines(now[index].source, wanted, span.line);
      if (line) {
        return place(index, line);
      }
    }
  }
  return null;
}

/** How many UTF-16 units the first `characters` of a text take. */
export function units(text: string, characters: number): number {
  return [...text].slice(0, characters).join('').length;
}

/** The line (from 1) nearest to `near` at which `wanted` begins in `source`; 0 where it doesn't stand there. */
function findLines(source: string, wanted: readonly string[], near: number): number {
  const lines = source.split('\n');
  let best = 0;
  for (let start = 0; start + wanted.length <= lines.length; start++) {
    if (wanted.every((text, number) => sameCode(lines[start + number], text))) {
      if (!best || Math.abs(start + 1 - near) < Math.abs(best - near)) {
        best = start + 1;
      }
    }
  }
  return best;
}

/** Whether a line has the same code: a comment of ours or blanks at its end don't make it another. */
function sameCode(now: string, before: string): boolean {
  return now === before || code(now) === code(before);
}

function code(line: string): string {
  return line.replace(/\s*# nbaudit: ignore.*$/, '').trimEnd();
}

/** What makes a finding the same one in the next audit: its check and the text of its line, not where that stands. */
export function keyOf(finding: Finding, cells: readonly CellText[]): string {
  const line = cells[finding.cell]?.source.split('\n')[finding.line - 1] ?? '';
  return `${finding.check}:${hash(code(line).trim())}`;
}

/** FNV-1a, 32 bits: it tells texts apart, nothing rests on its strength. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}

interface Output {
  data?: Record<string, unknown>;
}

/** A copy of a notebook's JSON without the data that an audit doesn't read: pictures and widgets are most of a file. */
export function lean(notebook: { cells: unknown[] }): { cells: unknown[] } {
  const read = new Set(['text/plain', 'text/html']);
  const leanOutput = (output: Output): Output =>
    output.data
      ? {
          ...output,
          data: Object.fromEntries(
            Object.entries(output.data).map(([mime, value]) => [mime, read.has(mime) ? value : ''])
          )
        }
      : output;
  return {
    ...notebook,
    cells: (notebook.cells as { outputs?: Output[]; attachments?: unknown }[]).map(({ attachments, ...cell }) => {
      void attachments;
      return cell.outputs ? { ...cell, outputs: cell.outputs.map(leanOutput) } : cell;
    })
  };
}

/** The text that "copy" and "insert" give: the code where the finding has some, else what to do, as a comment. */
export function fixText(finding: Finding, catalogue: Catalogue): string {
  const check = catalogue.checks[finding.check];
  const head = `${finding.issue} ${catalogue.issues[finding.issue]?.title ?? ''}`.trim();
  if (finding.instead.trim()) {
    return `# ${head}\n${finding.instead.trimEnd()}\n`;
  }
  return [`${head}: ${plain(finding.message)}`, `Instead: ${plain(check?.instead ?? '')}`]
    .flatMap(text => wrapped(text, 78))
    .map(line => `# ${line}`)
    .join('\n');
}

export function plain(text: string): string {
  return text.replace(/`/g, '').replace(/\s+/g, ' ').trim();
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** The phase that most code cells have from each heading's cell up to the next heading's; "" where none has one. */
export function sectionPhases(starts: readonly number[], phases: readonly (string | null)[]): string[] {
  return starts.map((start, number) => {
    const end = starts.slice(number + 1).find(next => next > start) ?? phases.length;
    const tally = new Map<string, number>();
    for (const phase of phases.slice(start, end)) {
      if (phase) {
        tally.set(phase, (tally.get(phase) ?? 0) + 1);
      }
    }
    let best = '';
    for (const [phase, count] of tally) {
      // Setup is what every section has some of.
      const weight = (name: string, times: number): number => (name === 'setup' ? times / 10 : times);
      if (!best || weight(phase, count) > weight(best, tally.get(best) ?? 0)) {
        best = phase;
      }
    }
    return best;
  });
}
