// Gates over made-up histories: which cells climb the ladder to its end, where the others stop, and what is accepted.
import { describe, expect, it } from 'vitest';
import type { BuildComparison } from '../result/compare-builds.js';
import type { MadeUp } from '../store/fixtures/result.js';
import { brief, byDefault, COMMITS, MACHINE, rowsOf, sha, slower, stopOf } from './fixtures/made-up-gate.js';
import { DEFAULT_THRESHOLDS } from './gate-config.js';
import { confirmRows, judgeComparisons } from './gate-rerun.js';
import type { GateRow } from './gate-row.js';
import { exitCodeOf, gateAsMarkdown, gateDocument, gateRecords, renderGate } from './gate-text.js';

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
