// The history in a report: values, changes and the thinning, from a store of runs that were never made.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findRuns } from '../store/find.js';
import { saveManyRuns } from '../store/fixtures/many-runs.js';
import { readResult } from '../store/read.js';
import { changeWords, historyCharts } from './charts/history.js';
import { settle } from './choice.js';
import { CSV_DOCUMENTS } from './csv.js';
import { historyOf, thinned } from './history.js';
import { reportOf } from './model.js';
import { renderCharts } from './svg.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-report-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the history of a report', () => {
  saveManyRuns(folder, { runs: 40, noise: 0.005, step: { at: 25, slowed: 'mutex', by: 0.2 } });
  const { runs } = findRuns(folder);
  const newest = readResult(runs.at(-1)!.path);
  const base = reportOf(newest, 'newest');
  const history = historyOf(newest, base, { folder, line: undefined, blessings: [] })!;
  const report = { ...base, history };

  it('has the medians of what is compared, and the commit at which one changed', () => {
    expect(history).toMatchObject({ measured: 40, searched: 40, order: 'in the order of time' });
    const mutex = history.series.filter(({ variant }) => variant === 'mutex');
    expect(mutex.map(({ channels, metric }) => [channels, metric])).toEqual([
      [1, 'jobsPerSecond'],
      [2, 'jobsPerSecond'],
    ]);
    for (const { at, medians, channels, changes } of mutex) {
      expect(at).toEqual([...runs.keys()]);
      for (const place of [0, 20, 39]) {
        const cell = readResult(runs[place]!.path).cells.find(
          (each) => each.variant === 'mutex' && each.channels === channels,
        );
        expect(medians[place]).toBe(cell!.metrics.jobsPerSecond!.median);
      }
      expect(changes).toMatchObject([{ kind: 'step', verdict: 'slower', from: 25, to: 25 }]);
      expect(changes[0]!.ratio).toBeCloseTo(1 / 1.2, 1);
    }
    const [first] = mutex;
    expect(changeWords(history.commits, first!, first!.changes[0]!)).toMatch(
      new RegExp(`^mutex, 1 ch: step, x0\\.8\\d+ .*▼ SLOWER at ${runs[25]!.sha}$`),
    );
    expect(
      history.series.filter(({ variant }) => variant === 'atomic-barrier').flatMap(({ changes }) => changes),
    ).toEqual([]);
  });

  it('is drawn count by count, for the chosen designs, and goes into the CSV', () => {
    const choice = settle(report, { variants: ['mutex'] });
    expect(
      historyCharts(report, choice).map((each) => each.map(({ variant, channels }) => [variant, channels])),
    ).toEqual([[['mutex', 1]], [['mutex', 2]]]);
    const lines = CSV_DOCUMENTS.history(report).trim().split('\r\n');
    expect(lines).toHaveLength(1 + 4 * 40);
    expect(lines.filter((line) => line.includes(',step,'))).toHaveLength(2);
  });

  it('becomes an SVG file a count, with its changes in words', () => {
    const files = renderCharts(report).filter(({ name }) => name.includes('-history-'));
    expect(files.map(({ name }) => name.replace(/^.*-history/, ''))).toEqual(['-1ch', '-2ch']);
    for (const { svg } of files) expect(svg).toMatch(new RegExp(`SLOWER at ${runs[25]!.sha}`));
  });

  it('is absent where the store has no run of the machine', () => {
    const other = { ...newest, machine: { ...newest.machine, key: 'other-4c-8g' } };
    expect(historyOf(other, base, { folder, line: undefined, blessings: [] })).toBeUndefined();
  });

  it('keeps the ends, what is spread evenly, and where something changed', () => {
    const commits = Array.from({ length: 1000 }, (_, at) => at);
    const some = thinned(commits, [{ commit: 333 }, { commit: 500, until: 777 }], 100);
    expect(some.length).toBeLessThanOrEqual(103);
    expect(some).toEqual(some.toSorted((x, y) => x - y));
    for (const commit of [0, 333, 500, 777, 999]) expect(some).toContain(commit);
    expect(Math.max(...some.slice(1).map((at, index) => at - some[index]!))).toBeLessThanOrEqual(11);
    expect(thinned(commits, [], 1000)).toEqual(commits);
  });
});
