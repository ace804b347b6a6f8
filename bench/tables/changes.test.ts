// Comparisons as people and programs read them, with hostile names in every place that takes one.
import { describe, expect, it } from 'vitest';
import type { Changes } from '../result/changes.js';
import { compareBuilds } from '../result/compare-builds.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { renderChanges } from './changes.js';

const HOSTILE = '\u001b[2J<script>|`x`\n@a';
const LAYOUT = { rows: ['variant'], column: undefined };
const cells = (['a', 'b'] as const).flatMap((build) =>
  madeUpResult({
    seed: build === 'a' ? 1 : 2,
    rounds: 8,
    speed: (_, channels) => (build === 'b' && channels === 2 ? 800 : 1000),
  }).cells.map((cell) => ({ ...cell, build })),
);
const end = { commit: null, machineKey: 'made-up-2c-8g', node: 'v20.20.2' };
const changes: Changes = {
  ...{ schema: 1, kind: 'against', a: { ...end, name: HOSTILE }, b: { ...end, name: 'topic' }, rounds: 8, seed: 5 },
  cells: [],
  comparisons: compareBuilds({ tables: [{ id: 'hand-off', metrics: ['jobsPerSecond'] }] } as never, cells, {
    a: HOSTILE,
    b: 'topic',
  }),
  unaligned: [{ cell: 'hand-off x', reason: HOSTILE }],
  leftOut: [{ path: `${HOSTILE}.json`, reason: 'no result file' }],
  warnings: [],
};

describe('comparisons', () => {
  it('begin with what changed', () => {
    const text = renderChanges(changes, 'table', LAYOUT);
    expect(text).toContain('2 SLOWER, 0 FASTER, 2 SAME, of 4 comparisons');
    expect(text).toMatch(
      /Changed:\n {2}SLOWER x0\.\d+ \(0\.\d+ to 0\.\d+\), p \S+, n 8:\s+hand-off: mutex 2 ch,\s+jobsPerSecond/,
    );
    expect(text).toMatch(/│ mutex +│ +[~x][01]\.\d{3} ±\d+% │ +x0\.\d{3} ±\d+% │\n│ +│ +same │ +SLOWER │/);
    expect(text).toContain('Not compared:\n  hand-off x: ');
  });

  it('hold no control character, mark or tag of a name', () => {
    const table = renderChanges(changes, 'table', LAYOUT);
    expect(table).not.toContain('\u001b');
    expect(table).toContain('\\u001b[2J<script>|`x`\\u000a@a');
    const markdown = renderChanges(changes, 'markdown', LAYOUT);
    expect(markdown).not.toContain('\u001b');
    expect(markdown).not.toMatch(/<script>|[^\\]`x/);
    expect(markdown).toContain('\\\\u001b\\[2J&#60;script&#62;\\|\\`x\\`\\\\u000a\\@a');
    for (const format of ['csv', 'tsv'] as const) {
      const lines = renderChanges(changes, format, LAYOUT).split('\n');
      expect(lines).toHaveLength(6);
      expect(lines.join('')).not.toContain('\u001b');
    }
  });

  it('are records with every axis for programs', () => {
    const [head, first] = renderChanges(changes, 'tsv', LAYOUT)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const record = Object.fromEntries(head!.map((name, at) => [name, first![at]]));
    expect(record).toMatchObject({
      variant: 'mutex',
      channels: '1',
      pageSize: '4k',
      metric: 'jobsPerSecond',
      n: '8',
      verdict: 'same',
    });
    expect(Number(record.ratio)).toBeCloseTo(1, 1);
  });
});

it('no line of a comparison is wider than 80 columns, however long names and intervals are', () => {
  const wide = changes.comparisons.map((each) => ({ ...each, ratio: 0.00512, low: 0.0003, high: 12.3456 }));
  const end = {
    ...changes.b,
    name: 'a-branch-with-a-long-name-and-another-word',
    commit: null,
    run: '0123456789abcdef',
  };
  const text = renderChanges({ ...changes, a: end, b: end, comparisons: wide }, 'table', LAYOUT);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(text).toContain('1/195');
  expect(text).toContain('1/3333 to 12.3');
});

it('of hundreds of comparisons tables have the rows that changed, and say how many they leave out', () => {
  const many = Array.from({ length: 60 }, (_, at) =>
    changes.comparisons.map((each) => {
      const quiet = { ...each, cell: each.cell.replace(/^(\S+ \S+)/, `$1-${at}`), verdict: 'same' as const };
      return at === 7 ? { ...quiet, verdict: each.verdict } : quiet;
    }),
  ).flat();
  const text = renderChanges({ ...changes, comparisons: many }, 'table', LAYOUT);
  expect(text).toContain('2 SLOWER');
  expect(text).toMatch(/│ mutex-7 +│/);
  expect(text).not.toMatch(/│ mutex-8 +│/);
  expect(text).toMatch(/118 of 120 rows have no change and are not shown/);
  expect(renderChanges({ ...changes, comparisons: many }, 'csv', LAYOUT).split('\n')).toHaveLength(2 + many.length);
  const few = many.slice(0, 200);
  expect(renderChanges({ ...changes, comparisons: few }, 'table', LAYOUT)).toMatch(/│ mutex-8 +│/);
});
