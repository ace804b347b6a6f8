// Steps that were reported keep their commit as a series grows, until later commits overturn them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { changePoints } from '../stats/change-points.js';
import type { History, HistoryCommit, Series } from './history.js';
import { overturnedTexts, reconcile } from './reported.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const newStore = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-reported-')));
  return { folder: folders.at(-1)!, machineKey: 'made-up' };
};
const commits = Array.from(
  { length: 60 },
  (_, at) => ({ sha: `${at}`.padStart(40, 'a'), runs: [] }) as unknown as HistoryCommit,
);
const history = { commits } as unknown as History;
const seriesOf = (values: readonly number[], steps?: Series['changes']['steps']): Series => {
  const points = values.map((value) => ({ value }));
  const changes = changePoints(points);
  return {
    cell: 'hand-off mutex',
    metric: 'jobsPerSecond',
    at: values.map((_, at) => at),
    points,
    changes: { ...changes, ...(steps ? { steps } : {}) },
  };
};
/** Even but for a little that repeats, at a level for each stretch. */
const levels = (...stretches: readonly (readonly [count: number, level: number])[]) =>
  stretches.flatMap(([count, level]) => Array.from({ length: count }, (_, at) => level * (1 + 0.004 * ((at * 7) % 5))));
const stepsOf = (series: readonly Series[]) => series[0]!.changes.steps.map(({ at }) => at);

it('keeps the commit where the step may as well be, and says nothing', () => {
  const store = newStore();
  const [first] = seriesOf(levels([20, 100], [10, 80])).changes.steps;
  reconcile(history, [seriesOf(levels([20, 100], [10, 80]), [first!])], store);
  const moved = { ...first!, at: 22, earliest: 19, latest: 23 };
  const { series, overturned } = reconcile(history, [seriesOf(levels([20, 100], [30, 80]), [moved])], store);
  expect(stepsOf(series)).toEqual([20]);
  expect(overturned).toEqual([]);
});

it('keeps a step that is certain no more as long as its sides differ, and is not drawn into another', () => {
  const store = newStore();
  const grown = levels([20, 100], [5, 90], [20, 80]);
  const [one] = seriesOf(levels([20, 100], [10, 90])).changes.steps;
  reconcile(history, [seriesOf(grown.slice(0, 25), [{ ...one!, at: 20 }])], store);
  const only = { ...one!, at: 25, earliest: 25, latest: 25 };
  const { series, overturned } = reconcile(history, [seriesOf(grown, [only])], store);
  expect(stepsOf(series)).toEqual([20, 25]);
  expect(overturned).toEqual([]);
});

it('says once what three commits in a row overturn, and where it is now', () => {
  const store = newStore();
  const [step] = seriesOf(levels([20, 100], [10, 80])).changes.steps;
  reconcile(history, [seriesOf(levels([30, 100]), [{ ...step!, at: 12, earliest: 12, latest: 12 }])], store);
  const later = seriesOf(levels([18, 100], [20, 80]));
  const upTo = (count: number) => ({ commits: commits.slice(0, count) }) as unknown as History;
  for (const count of [38, 38, 39]) {
    expect(stepsOf(reconcile(upTo(count), [later], store).series)).toEqual([12, 18]);
  }
  const { series, overturned } = reconcile(upTo(40), [later], store);
  expect(stepsOf(series)).toEqual([18]);
  expect(overturnedTexts(overturned)).toEqual([
    expect.stringMatching(
      /^Reported on \d{4}-\d\d-\d\d and no more: x0\.\d+ since a+.*, jobsPerSecond of hand-off mutex: the commits since put it at a+/,
    ),
  ]);
  expect(reconcile(history, [later], store).overturned).toEqual([]);
});

it('starts anew where its file is damaged', () => {
  const store = newStore();
  const series = [seriesOf(levels([20, 100], [20, 80]))];
  reconcile(history, series, store);
  writeFileSync(join(store.folder, '.cache', 'reported-made-up.json'), '{');
  expect(reconcile(history, series, store)).toEqual({ series, overturned: [] });
});
