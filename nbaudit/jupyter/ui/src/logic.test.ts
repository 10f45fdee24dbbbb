import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Catalogue } from './catalogue';
import {
  ALL,
  CellText,
  counts,
  duration,
  fixText,
  groups,
  keyOf,
  lean,
  locate,
  matches,
  matrix,
  sameCells,
  sectionPhases,
  segments,
  sentence
} from './logic';
import type { Finding, NbauditResult } from './result';

const base: Finding = {
  issue: 'SC-W',
  check: 'scaler-fitted-on-test-rows',
  relevance: 'high',
  cell: 0,
  line: 2,
  column: 0,
  end_line: 2,
  end_column: 13,
  message: 'learns from `X`, which holds test rows',
  instead: '',
  confidence: 0.9,
  basis: 'code',
  columns: [],
  root: '',
  evidence: [{ cell: 0, line: 2, column: 0, end_line: 2, end_column: 13, text: 'learns', source: '' }]
};
const finding = (values: Partial<Finding>): Finding => ({ ...base, ...values });

const issue = (activity: string, problem: 'M' | 'I' | 'W', relevance: 'high' | 'low', phase: string) => ({
  activity,
  activity_label: activity.toLowerCase(),
  phase,
  problem,
  problem_label: problem,
  relevance,
  title: `title of ${activity}-${problem}`,
  question: ''
});
const catalogue: Catalogue = {
  version: '1',
  schema: '1.0',
  open: '',
  false_findings: 'f',
  issues: {
    'SC-W': issue('SC', 'W', 'high', 'data pre-processing'),
    'HT-I': issue('HT', 'I', 'low', 'model creation and training')
  },
  checks: {
    'scaler-fitted-on-test-rows': {
      title: 't',
      why: 'w',
      instead: 'split first, then fit `scaler` on the rest',
      blind: ''
    }
  }
};

const cell = (id: string, ...lines: string[]) => ({ id, source: lines.join('\n'), kind: 'code', ignores: '' });

describe('locate', () => {
  const before = [cell('a', 'import x', 'scaler.fit(X)'), cell('b', 'y = 1')];
  const at = (now: CellText[]) => {
    const place = locate(base, before, now);
    return place && [place.index, place.line];
  };

  it('finds an unchanged cell', () => expect(at(before)).toEqual([0, 2]));
  it('follows a cell that moved', () => expect(at([cell('n', ''), before[1], before[0]])).toEqual([2, 2]));
  it('follows a line that moved in its cell', () =>
    expect(at([cell('a', 'import x', '', '', 'scaler.fit(X)'), before[1]])).toEqual([0, 4]));
  it('follows a cell that was split', () =>
    expect(at([cell('a', 'import x'), cell('n', 'scaler.fit(X)'), before[1]])).toEqual([1, 1]));
  it('follows cells that were merged', () =>
    expect(at([cell('n', 'import x', 'scaler.fit(X)', 'y = 1')])).toEqual([0, 2]));
  it('knows a cell by its text when a reload gave new ids', () =>
    expect(at([cell('p', 'import x', 'scaler.fit(X)'), cell('q', 'y = 1')])).toEqual([0, 2]));
  it('loses code that was rewritten', () => expect(at([cell('a', 'import x', 'scaler.fit(X_train)')])).toBeNull());
  it('loses code that was made prose', () => expect(at([{ ...before[0], kind: 'markdown' }, before[1]])).toBeNull());
  it('loses a cell that was deleted', () => expect(at([before[1]])).toBeNull());
  it('does not jump to a like line of another cell that was there before', () => {
    const twins = [cell('a', 'import x', 'scaler.fit(X)'), cell('b', 'scaler.fit(X)')];
    expect(locate(base, twins, [twins[1]])).toBeNull();
  });
  it('takes the nearest of like lines', () =>
    expect(at([cell('a', 'scaler.fit(X)', 'scaler.fit(X)', 'scaler.fit(X)'), before[1]])).toEqual([0, 2]));
  it('still knows a line that got our comment', () =>
    expect(at([cell('a', 'import x', 'scaler.fit(X)  # nbaudit: ignore[SC-W] why')])).toEqual([0, 2]));
  it('counts columns as the editor does', () => {
    const odd = [cell('a', "s = '😀'; scaler.fit(X)")];
    const place = locate({ ...base, line: 1, column: 9, end_line: 1, end_column: 22 }, odd, odd);
    expect(odd[0].source.slice(place!.column, place!.endColumn)).toBe('scaler.fit(X)');
  });
});

describe('sentence', () => {
  it.each([
    ['the audit took longer than 60 seconds', 'The audit took longer than 60 seconds.'],
    ['a.ipynb: holds something odd', 'a.ipynb: holds something odd.'],
    ['Install it. Then restart.', 'Install it. Then restart.']
  ])('%s', (text, whole) => expect(sentence(text)).toBe(whole));
});

describe('sameCells', () => {
  const cells = [cell('a', 'x = 1'), cell('b', 'y = 1')];
  it('minds no ids', () => expect(sameCells(cells, [cell('c', 'x = 1'), cell('d', 'y = 1')])).toBe(true));
  it.each([
    ['code', [cells[0], cell('b', 'y = 2')]],
    ['order', [cells[1], cells[0]]],
    ['number', [cells[0]]],
    ['kind', [cells[0], { ...cells[1], kind: 'raw' }]],
    ['tags', [cells[0], { ...cells[1], ignores: 'nbaudit-ignore' }]]
  ])('minds the %s', (_, now) => expect(sameCells(cells, now)).toBe(false));
});

describe('keyOf', () => {
  it('is the same wherever the line stands', () => {
    const here = [cell('a', 'import x', 'scaler.fit(X)')];
    const there = [cell('z', ''), cell('a', 'scaler.fit(X)')];
    expect(keyOf(base, here)).toBe(keyOf(finding({ cell: 1, line: 1 }), there));
  });
  it('is another for another line or check', () => {
    const cells = [cell('a', 'import x', 'scaler.fit(X)', 'other.fit(X)')];
    expect(keyOf(base, cells)).not.toBe(keyOf(finding({ line: 3 }), cells));
    expect(keyOf(base, cells)).not.toBe(keyOf(finding({ check: 'scaled-twice' }), cells));
  });
});

describe('groups', () => {
  const all = [
    finding({ issue: 'HT-I', relevance: 'low', cell: 5, root: 'r1', confidence: 0.99 }),
    finding({ cell: 7, root: 'r2', confidence: 0.8 }),
    finding({ cell: 9, root: 'r1', confidence: 0.95 })
  ];
  const result = {
    findings: all,
    causes: [
      { title: 'late split', repair: 'Split first.', shared: true, minutes: 50, findings: [2, 0] },
      { title: 'scaled wrongly', repair: '', shared: false, minutes: 20, findings: [1] }
    ]
  } as unknown as NbauditResult;
  const codes = (by: 'cause' | 'cell' | 'issue', shown = all) =>
    groups(shown, by, result).map(group => group.findings.map(item => `${item.issue}@${item.cell}`));
  it('puts findings of one cause together, as the audit has them', () => {
    expect(codes('cause')).toEqual([['SC-W@9', 'HT-I@5'], ['SC-W@7']]);
    expect(groups(all, 'cause', result)[0].cause?.repair).toBe('Split first.');
  });
  it('leaves out causes of which nothing is shown', () => expect(codes('cause', [all[0]])).toEqual([['HT-I@5']]));
  it('by issue', () => expect(codes('issue')).toEqual([['SC-W@9', 'SC-W@7'], ['HT-I@5']]));
  it('by cell, in the order of the notebook', () =>
    expect(codes('cell')).toEqual([['HT-I@5'], ['SC-W@7'], ['SC-W@9']]));
});

describe('duration', () => {
  it.each([
    [0, 0, 0],
    [3, 0, 5],
    [118, 2, 0],
    [205, 3, 30],
    [500, 8, 0]
  ])('%i minutes', (minutes, hours, rest) => expect(duration(minutes)).toEqual({ hours, minutes: rest }));
});

describe('matches', () => {
  const fits = (values: Partial<typeof ALL>) => matches(base, { ...ALL, ...values }, catalogue.issues);
  it.each([
    [{}, true],
    [{ phase: 'data pre-processing' }, true],
    [{ phase: 'model evaluation' }, false],
    [{ activity: 'HT' }, false],
    [{ problem: 'W' }, true],
    [{ problem: 'M' }, false],
    [{ relevance: 'low' }, false],
    [{ confidence: 0.9 }, true],
    [{ confidence: 0.95 }, false],
    [{ text: ' SCALER-fitted' }, true],
    [{ text: 'nowhere' }, false],
    [{ issue: 'HT-I' }, false]
  ])('%j', (values, expected) => expect(fits(values)).toBe(expected));
});

describe('matrix', () => {
  const verdict = (state: 'present' | 'n/a', relevance: 'high' | 'low') =>
    ({ state, relevance, confidence: 1, reason: 'r', basis: 'code' }) as const;
  const result = {
    verdicts: { 'SC-W': verdict('present', 'high'), 'HT-I': verdict('n/a', 'low') }
  } as unknown as NbauditResult;
  it('has a row per activity and says which issues there are', () => {
    const rows = matrix(result, catalogue.issues, [base, base]);
    expect(rows.map(row => [row.activity, ...row.places.map(place => place.state)])).toEqual([
      ['SC', 'none', 'none', 'high'],
      ['HT', 'none', 'na', 'none']
    ]);
    expect(rows[0].places[2].count).toBe(2);
  });
  it('counts by state', () => expect(counts(result)).toMatchObject({ high: 1, low: 0, na: 1 }));
});

describe('lean', () => {
  const notebook = {
    cells: [
      { cell_type: 'markdown', source: 'x', attachments: { 'a.png': { 'image/png': 'AAAA' } } },
      {
        cell_type: 'code',
        source: 'y',
        outputs: [{ output_type: 'display_data', data: { 'image/png': 'AAAA', 'text/plain': '<Figure>' } }]
      }
    ]
  };
  it('drops pictures and keeps what is read and which forms there are', () => {
    const text = JSON.stringify(lean(notebook));
    expect(text).not.toContain('AAAA');
    expect(text).toContain('"image/png":""');
    expect(text).toContain('<Figure>');
  });
  it('leaves the notebook itself as it is', () => {
    lean(notebook);
    expect(JSON.stringify(notebook)).toContain('AAAA');
  });
});

it('sets code as code', () =>
  expect(segments('a `b` c')).toEqual([
    { code: false, text: 'a ' },
    { code: true, text: 'b' },
    { code: false, text: ' c' }
  ]));

describe('fixText', () => {
  it('is the code of the finding where it has some', () =>
    expect(fixText(finding({ instead: 'scaler.fit(X_train)' }), catalogue)).toBe(
      '# SC-W title of SC-W\nscaler.fit(X_train)\n'
    ));
  it('is else a comment that says what to do', () => {
    const text = fixText(base, catalogue);
    expect(text.split('\n').every(line => line.startsWith('# '))).toBe(true);
    expect(text).toContain('split first, then fit scaler on the rest');
  });
});

it('gives each section the phase that most of its cells have', () => {
  const phases = ['setup', 'data collection', null, 'setup', 'setup', 'model evaluation', 'model evaluation'];
  expect(sectionPhases([0, 3, 6], phases)).toEqual(['data collection', 'model evaluation', 'model evaluation']);
});

it('has the version of the Python package', () => {
  const init = readFileSync(new URL('../../../__init__.py', import.meta.url), 'utf8');
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(init).toContain(`__version__ = "${own.version}"`);
});
