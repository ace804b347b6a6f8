// Gates over made-up histories: which cells climb the ladder to its end, where the others stop, and what is accepted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BuildComparison } from '../result/compare-builds.js';
import { type MadeUp, madeUpResult } from '../store/fixtures/result.js';
import { saveResult } from '../store/save.js';
import type { CommitLine } from '../system/commit-line.js';
import { attributesOf, parseFilter } from '../tables/projection.js';
import type { Blessing } from './blessings.js';
import { type GateOptions, judge } from './gate.js';
import { DEFAULT_THRESHOLDS, readGateConfig, thresholdsFor } from './gate-config.js';
import { Processes } from './gate-processes.js';
import { confirmRows, judgeComparisons } from './gate-rerun.js';
import type { GateRow } from './gate-row.js';
import { exitCodeOf, gateAsMarkdown, gateDocument, gateRecords, renderGate } from './gate-text.js';
import { readHistory, seriesOf } from './history.js';

const MACHINE = 'made-up-2c-8g';
const COMMITS = 14;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const temporary = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-gate-')));
  return folders.at(-1)!;
};
const sha = (commit: number) => commit.toString(16).padStart(40, '0');
const line: CommitLine = {
  name: 'main',
  commits: new Map(
    Array.from({ length: COMMITS }, (_, place) => [sha(place), { sha: sha(place), place, subject: '' }]),
  ),
};
const holds: GateOptions['holds'] = (filter, cell, metric) => parseFilter(filter)(attributesOf(cell, metric));
const byDefault = () => DEFAULT_THRESHOLDS;

interface Options {
  readonly thresholds?: GateOptions['thresholds'];
  readonly blessings?: readonly Blessing[];
}

/** The rows of the last of `COMMITS` commits; what is special about commits is asked of `about`. */
function rowsOf(
  about: (commit: number) => MadeUp,
  { thresholds = byDefault, blessings = [] }: Options = {},
): GateRow[] {
  const folder = temporary();
  for (let commit = 0; commit < COMMITS; commit++) {
    const time = new Date(Date.UTC(2026, 0, 1 + commit)).toISOString();
    const id = commit.toString(16).padStart(8, '0');
    saveResult(folder, madeUpResult({ id, sha: sha(commit), time, seed: commit, noise: 0.02, ...about(commit) }));
  }
  const history = readHistory({ store: { folder, machineKey: MACHINE }, line, last: 60 });
  const series = seriesOf(history, (_, metric) => metric === 'jobsPerSecond');
  const options = { history, series, processes: new Processes(folder), blessings, thresholds, holds };
  const rows = judge(options);
  // Where those that pass are only counted, nothing else is different.
  const short = judge({ ...options, brief: true });
  expect(short.map((row, at) => (row.status === 'passed' ? { ...rows[at], status: 'passed' } : row))).toEqual(rows);
  return rows;
}
const slower =
  (by: number, from = COMMITS - 1) =>
  (commit: number): MadeUp => ({
    speed: (variant, channels) => (20_000 * channels) / (commit >= from && variant === 'mutex' ? 1 + by : 1),
  });
const brief = (rows: readonly GateRow[]) =>
  rows.map(({ cell, status, rungs }) => {
    const axes = attributesOf(cell, '');
    return `${axes.get('variant')} ${axes.get('channels')} ${status} ${rungs.at(-1)?.name ?? ''}`;
  });
const stopOf = (rows: readonly GateRow[], variant = 'mutex') =>
  new Set(brief(rows).flatMap((row) => (row.startsWith(`${variant} `) ? [row.split(' ').slice(2).join(' ')] : [])));

describe('the ladder', () => {
  it('a delay of 10 % goes up to the rerun, in the cells that have it and in no other', () => {
    const rows = rowsOf(slower(0.1));
    expect(stopOf(rows)).toEqual(new Set(['suspect p']));
    expect(stopOf(rows, 'atomic-barrier')).toEqual(new Set(['passed relative']));
    expect(rows[0]!.rungs.map(({ name }) => name)).toEqual(['data', 'code', 'relative', 'noise', 'separation', 'p']);
    expect(rows[0]!.baseline).toBe(sha(COMMITS - 2));
    expect(exitCodeOf(rows)).toBe(3);
  });

  it('stops at the rung that does not hold', () => {
    expect(stopOf(rowsOf(slower(-0.2)))).toEqual(new Set(['passed relative']));
    expect(stopOf(rowsOf((commit) => ({ ...slower(0.1)(commit), rounds: commit === COMMITS - 1 ? 3 : 6 })))).toEqual(
      new Set(['no-data data']),
    );
    // Runs differ by some 20 %.
    const restless = (commit: number): MadeUp => ({
      speed: () => 20_000 * (commit % 2 === 0 ? 1 : commit === 13 ? 0.75 : 0.8),
    });
    expect(stopOf(rowsOf(restless))).toEqual(new Set(['passed noise']));
    const absolute = () => ({ ...DEFAULT_THRESHOLDS, absolute: 50_000 });
    expect(stopOf(rowsOf(slower(0.1), { thresholds: absolute }))).toEqual(new Set(['passed absolute']));
    // 2 % from run to run, and so do its processes: their ranges overlap.
    const separation = () => ({ ...DEFAULT_THRESHOLDS, relative: 0.01, noiseFactor: 0.1, separation: 1 });
    expect(stopOf(rowsOf(slower(0.015), { thresholds: separation }))).toEqual(new Set(['passed separation']));
  });

  it('says when what measures has changed: that a rerun alone can decide', () => {
    const rows = rowsOf((commit) => ({
      ...slower(0.1)(commit),
      harness: commit === COMMITS - 1 ? 'c'.repeat(12) : 'd'.repeat(12),
    }));
    expect(stopOf(rows)).toEqual(new Set(['suspect p']));
    expect(rows[0]!.rungs[1]).toMatchObject({ name: 'code', seen: expect.stringContaining('a rerun decides') });
  });

  it('stays red at later commits, and names the one that lost, until that is blessed', () => {
    const rows = rowsOf(slower(0.2, 6)).filter(({ status }) => status === 'suspect');
    expect(rows.map(({ since }) => since)).toEqual([
      { commit: sha(6), subject: '', kind: 'step' },
      { commit: sha(6), subject: '', kind: 'step' },
    ]);
    // What a rerun is measured beside: the last commit that had not lost.
    expect(rows[0]!.baseline).toBe(sha(5));
    const blessings = [{ commit: sha(6), reason: 'checks every page', at: '2026-01-01T00:00:00.000Z' }];
    expect(stopOf(rowsOf(slower(0.2, 6), { blessings }))).toEqual(new Set(['passed relative']));
  });

  it('has no data where nothing before measured the cell; misses the one that this commit did not measure', () => {
    const rows = rowsOf((commit) => ({ channels: commit === COMMITS - 1 ? [4] : [1] }));
    expect(brief(rows).filter((row) => row.startsWith('mutex'))).toEqual(['mutex 1 missing ', 'mutex 4 no-data ']);
    expect(exitCodeOf(rows)).toBe(3);
    const thresholds = () => ({ ...DEFAULT_THRESHOLDS, mayGo: true });
    const gone = rowsOf((commit) => ({ channels: commit === COMMITS - 1 ? [1] : [1, 4] }), { thresholds });
    expect(brief(gone).filter((row) => row.startsWith('mutex'))).toEqual([
      'mutex 1 passed relative',
      'mutex 4 accepted ',
    ]);
    expect(exitCodeOf(gone)).toBe(0);
  });
});

describe('accepted changes', () => {
  const blessing = { commit: sha(COMMITS - 1), reason: 'checks every page', at: '2026-01-01T00:00:00.000Z' };

  it('of the commit itself, all of it or some cells', () => {
    const rows = rowsOf(slower(0.1), { blessings: [blessing] });
    expect(stopOf(rows)).toEqual(new Set(['accepted ']));
    expect(rows[0]!.reason).toBe('checks every page');
    const some = rowsOf(slower(0.1), { blessings: [{ ...blessing, filter: 'channels=2' }] });
    expect(brief(some).filter((row) => row.startsWith('mutex'))).toEqual(['mutex 1 suspect p', 'mutex 2 accepted ']);
  });

  it('begin a new baseline', () => {
    // Two commits at the new level: too few for a step to be seen.
    const rows = rowsOf(slower(0.1, COMMITS - 2), { blessings: [{ ...blessing, commit: sha(COMMITS - 2) }] });
    expect(stopOf(rows)).toEqual(new Set(['passed relative']));
    expect(stopOf(rowsOf(slower(0.1, COMMITS - 2)))).toEqual(new Set(['suspect p']));
  });
});

describe('the rerun', () => {
  const comparison = (cell: string, ratio: number, about: Partial<BuildComparison> = {}): BuildComparison => ({
    ...{ cell, variant: 'mutex', table: 'hand-off', a: 'a', b: 'b', metric: 'jobsPerSecond', ratio, n: 7 },
    ...{ low: ratio - 0.01, high: ratio + 0.01, p: 0.001, adjustedP: 0.01, noiseFloor: 0.02, underNoiseFloor: false },
    ...{ resolvable: 0.05, hodgesLehmann: ratio, signedRankP: 0.02, bimodal: false, verdict: 'slower', ...about },
  });

  it('confirms, refutes, or leaves a cell suspect', () => {
    const suspects = rowsOf(slower(0.1)).filter(({ status }) => status === 'suspect');
    const [first, second] = suspects as [GateRow, GateRow];
    const rows = confirmRows(
      suspects,
      [comparison(first.cell, 0.9), comparison(second.cell, 0.99, { verdict: 'same' })],
      byDefault,
    );
    expect(rows.map(({ status, rungs }) => [status, rungs.at(-1)!.name])).toEqual([
      ['failed', 'rerun'],
      ['passed', 'rerun'],
    ]);
    expect(exitCodeOf(rows)).toBe(1);
    expect(exitCodeOf(confirmRows([first], [comparison(first.cell, 0.9, { verdict: 'too-few' })], byDefault))).toBe(3);
    expect(exitCodeOf(confirmRows([first], [], byDefault))).toBe(3);
    // Slower for certain, and by less than what passes.
    expect(confirmRows([first], [comparison(first.cell, 0.97)], byDefault)[0]!.status).toBe('passed');
  });

  it('is part of what two builds measured together say', () => {
    const first = { ratio: 0.88, low: 0.87, high: 0.89, verdict: 'slower' } as const;
    const statusOf = (each: BuildComparison) => {
      const [{ status, rungs }] = judgeComparisons([each], [], byDefault, 'base') as [GateRow];
      return `${status} ${rungs.at(-1)!.name}`;
    };
    expect(statusOf(comparison('t mutex channels=1', 0.9, { first, confirmed: true }))).toBe('failed rerun');
    expect(statusOf(comparison('t mutex channels=1', 0.98, { first, confirmed: false, verdict: 'unclear' }))).toBe(
      'passed rerun',
    );
    expect(statusOf(comparison('t mutex channels=1', 0.97, { verdict: 'unclear' }))).toBe('passed relative');
    expect(statusOf(comparison('t mutex channels=1', 0.9, { verdict: 'unclear' }))).toBe('passed verdict');
    expect(statusOf(comparison('t mutex channels=1', 0.9, { n: 3, verdict: 'too-few' }))).toBe('no-data data');
    // Interrupted: the figures are still the first ones.
    expect(
      statusOf(
        comparison('t mutex channels=1', 0.88, {
          first: { ...first, low: 0.88 - 0.01, high: 0.88 + 0.01 },
          confirmed: false,
          verdict: 'unclear',
        }),
      ),
    ).toBe('suspect verdict');
  });
});

it('names what fails, for people, Markdown and programs, and nothing in it is obeyed', () => {
  const rows = rowsOf(slower(0.1)).map(
    (row): GateRow => (row.status === 'suspect' ? { ...row, status: 'failed' } : row),
  );
  const about = { candidate: 'b\u001b[1m', baseline: '<a>|*', machineKey: MACHINE, warnings: [] };
  const report = { ...about, rows, exitCode: exitCodeOf(rows) };
  const text = renderGate(report, 'urgent');
  expect(text).toMatch(/^REGRESSION: .*2 failed, 2 passed\nFAILED {2}hand-off: mutex 1 ch, jobsPerSecond {2}-\d/);
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('atomic-barrier');
  expect(renderGate(report, 'all')).toContain('stop relative');
  const markdown = gateAsMarkdown(report, 'urgent');
  expect(markdown).toContain('| hand-off: mutex 2 ch, jobsPerSecond | FAILED | -');
  expect(markdown).not.toContain('<a>');
  expect(gateDocument(report)).toMatchObject({
    result: 'regression',
    exitCode: 1,
    failed: [{ cell: rows[0]!.cell }, {}],
  });
  const none = { ...about, rows: [], exitCode: exitCodeOf([]) };
  expect([none.exitCode, renderGate(none, 'urgent')]).toEqual([
    3,
    expect.stringMatching(/^INCONCLUSIVE: .*nothing to judge/),
  ]);
});

it('explains a few cells of each kind, all of them on request, and no line is wider than the terminal', () => {
  const [one] = rowsOf(slower(0.1));
  const rows = Array.from({ length: 300 }, (_, at): GateRow => {
    const cell = one!.cell.replace('channels=1', `channels=${at + 1}`);
    const rung = { name: 'relative', holds: false, seen: `better by ${at} %; up to 5.0 % passes` } as const;
    return { ...one!, cell, status: at < 40 ? 'suspect' : 'passed', rungs: at < 40 ? one!.rungs : [rung] };
  });
  const report = { candidate: 'b', baseline: 'a', machineKey: MACHINE, warnings: [], rows, exitCode: 3 };
  const [urgent, short, all] = (['urgent', 'short', 'all'] as const).map((how) => renderGate(report, how, 80));
  expect(urgent).toContain('SUSPECT, not confirmed: 40 cells');
  expect(urgent).toContain('.. and 30 more: --explain all lists them');
  expect(urgent).not.toContain('passed:');
  expect(short).toContain('passed: 260 cells, at the rung "relative"');
  expect(short!.split('\n').length).toBeLessThan(60);
  for (const { cell } of rows) expect(all).toContain(` ${/channels=(\d+)/.exec(cell)![1]} ch, `);
  for (const line of `${urgent}\n${short}\n${all}`.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  const { head, rows: records } = gateRecords(report);
  expect(records).toHaveLength(300);
  expect(head.slice(0, 3)).toEqual(['result', 'table', 'variant']);
});

describe('the config file', () => {
  const write = (document: unknown) => {
    const path = join(temporary(), 'multifd-bench.json');
    writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
    return path;
  };

  it('has rules by cell, the later over the earlier', () => {
    const config = readGateConfig(
      write({
        gate: {
          defaults: { relative: 0.08 },
          rules: [
            { cells: 'variant=mutex', relative: 0.2 },
            { cells: 'channels>1', noiseFactor: 3 },
            { cells: 'variant=mutex channels=4', ignore: true },
          ],
        },
      }),
    );
    const of = (cell: string) => thresholdsFor(config, (terms) => holds(terms, cell, 'jobsPerSecond'));
    expect(of('t mutex channels=2')).toEqual({ ...DEFAULT_THRESHOLDS, relative: 0.2, noiseFactor: 3 });
    expect(of('t atomic-barrier channels=1')).toEqual({ ...DEFAULT_THRESHOLDS, relative: 0.08 });
    expect(of('t mutex channels=4')).toBeUndefined();
    expect(
      stopOf(
        rowsOf(slower(0.1), {
          thresholds: (cell, metric) => thresholdsFor(config, (terms) => holds(terms, cell, metric)),
        }),
      ),
    ).toEqual(new Set(['passed relative']));
  });

  it.each([
    [{ gate: { defaults: { relative: 8 } } }, 'gate.defaults.relative: got "8", takes numbers <= 1'],
    [{ gate: { rules: [{ relative: 0.1 }] } }, 'gate.rules[0].cells: not there'],
    [{ gate: { rules: [{ cells: 'channels>1', noise: 3 }] } }, 'gate.rules[0].noise: no such field'],
    [{ gates: {} }, 'gates: no such field'],
    ['{', 'JSON'],
  ])('that is wrong is named with the field: %j', (document, message) => {
    const path = write(document);
    expect(() => readGateConfig(path)).toThrow(new RegExp(`^${path}: `));
    expect(() => readGateConfig(path)).toThrow(message);
  });

  it('that is asked for must be there', () => {
    expect(() => readGateConfig('/nonexistent/x.json')).toThrow('/nonexistent/x.json: no such file');
  });
});
