// Histories read from folders of made-up runs: their order, what stands aside, and the commit that a change began at.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type MadeUp, madeUpResult } from '../store/fixtures/result.js';
import { saveResult } from '../store/save.js';
import type { CommitLine } from '../system/commit-line.js';
import { attributesOf, parseFilter } from '../tables/projection.js';
import { bless, readBlessings } from './blessings.js';
import { readHistory, seriesOf } from './history.js';
import { changesOf } from './history-changes.js';
import { historyDocument, historyRecords } from './history-document.js';
import { renderHistory } from './history-text.js';

const MACHINE = 'made-up-2c-8g';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const temporary = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-history-')));
  return folders.at(-1)!;
};
const sha = (commit: number) => commit.toString(16).padStart(40, '0');
/** Every third commit of the line is measured; their times run backwards, so that only the line has the order. */
const PLACES = 3;
const line: CommitLine = {
  name: 'main',
  commits: new Map(
    Array.from({ length: 400 }, (_, place) => [
      sha(place),
      { sha: sha(place), place, subject: `Subject ${place}\u001b[2J` },
    ]),
  ),
};
let id = 0;
const save = (folder: string, commit: number, about: MadeUp = {}) =>
  saveResult(
    folder,
    madeUpResult({
      ...{
        id: (++id).toString(16).padStart(8, '0'),
        sha: sha(commit * PLACES),
        seed: id,
        channels: [1, 2],
        noise: 0.03,
      },
      time: new Date(Date.UTC(2026, 0, 1) - commit * 3600e3).toISOString(),
      ...about,
    }),
  );
const slowedFrom = (at: number, commit: number): MadeUp => ({
  speed: (variant, channels) => 20_000 * channels * (commit >= at && variant === 'mutex' ? 0.9 : 1),
});
const all = () => true;
const holds = (filter: string, cell: string, metric: string) => parseFilter(filter)(attributesOf(cell, metric));
const jobs = (_: string, metric: string) => metric === 'jobsPerSecond';

/** 30 commits, twice measured in the middle, 10 % slower from commit 20 on in one design. */
const folder = temporary();
for (let commit = 0; commit < 30; commit++) save(folder, commit, slowedFrom(20, commit));
for (let commit = 10; commit < 15; commit++) save(folder, commit, slowedFrom(20, commit));

describe('a history', () => {
  const read = (options: { node?: string; last?: number; line?: CommitLine | undefined } = {}) =>
    readHistory({ store: { folder, machineKey: MACHINE }, line, last: 200, ...options });

  it('is in the order of the line, with the runs of a commit together', () => {
    const history = read();
    expect(history.commits.map((commit) => commit.sha)).toEqual(
      Array.from({ length: 30 }, (_, at) => sha(at * PLACES)),
    );
    expect(history.commits.map(({ runs }) => runs.length)).toEqual([
      ...Array(10).fill(1),
      ...Array(5).fill(2),
      ...Array(15).fill(1),
    ]);
    expect(history.commits[4]).toMatchObject({ distance: PLACES, subject: expect.stringContaining('Subject 12') });
    expect(read({ last: 5 })).toMatchObject({ older: 25, commits: { length: 5 } });
  });

  it('is in the order of time without a line, which it says', () => {
    const history = read({ line: undefined });
    expect(history.commits[0]!.sha).toBe(sha(29 * PLACES));
    expect(history.revision).toBeUndefined();
  });

  it('finds the step, its commit and its designs, and the same of a subset', () => {
    const history = read();
    const changes = changesOf(history, seriesOf(history, jobs), [], holds);
    expect(changes.map(({ kind, verdict, cell }) => [kind, verdict, attributesOf(cell, '').get('variant')])).toEqual(
      Array(2).fill(['step', 'slower', 'mutex']),
    );
    for (const change of changes) {
      const at = history.commits.indexOf(change.commit);
      expect(at - change.earlier! <= 20 && 20 <= at + change.later!, `${at}`).toBe(true);
      expect(change.ratio).toBeCloseTo(0.9, 1);
    }
    const one = seriesOf(
      history,
      (cell, metric) => jobs(cell, metric) && cell.includes(' mutex ') && cell.includes('channels=2'),
    );
    expect(one).toHaveLength(1);
    expect(one[0]!.changes.steps).toHaveLength(1);
  });

  it('stands for 80 columns and 40, with nothing that a terminal would obey', () => {
    const history = read();
    const series = seriesOf(history, jobs);
    const changes = changesOf(history, series, [], holds);
    for (const columns of [80, 40]) {
      const text = renderHistory({ history, series, changes, hidden: 3 }, columns);
      expect(Math.max(...text.split('\n').map((row) => row.length))).toBeLessThanOrEqual(columns);
      expect(text).toMatch(/SLOWER since 0{9}\w{3}/);
      expect(text.replaceAll(/\s+/g, ' ')).toContain('or at one of the 2 commits before it that were not measured');
      expect(text).toContain('Subject');
      expect(text).not.toContain('\u001b');
      expect(text).toMatch(/[▁▂▃▄▅▆▇█]{8}/);
    }
    expect(JSON.parse(JSON.stringify(historyDocument({ history, series, changes, hidden: 0 })))).toMatchObject({
      ...{ schema: 1, machineKey: MACHINE, order: 'first-parent', revision: 'main' },
      changes: [{ kind: 'step', verdict: 'slower', commit: { sha: changes[0]!.commit.sha } }, {}],
      series: { length: 4 },
    });
    const { head, rows } = historyRecords({ history, series, changes, hidden: 0 });
    expect(rows).toHaveLength(4 * 30);
    expect(rows.filter((row) => row[head.indexOf('change')] === 'step')).toHaveLength(2);
  });

  it('leaves aside, with the reason, what is not comparable or not on the line', () => {
    const mixed = temporary();
    for (let commit = 0; commit < 3; commit++) save(mixed, commit);
    save(mixed, 1, { dirty: true });
    save(mixed, 2, { node: 'v24.1.0', time: '2025-01-01T00:00:00.000Z' });
    save(mixed, 1, { sha: 'f'.repeat(40), branch: 'side' });
    const damaged = save(mixed, 3);
    writeFileSync(damaged, '{');
    const read = (node?: string) => readHistory({ store: { folder: mixed, machineKey: MACHINE }, line, node, last: 9 });
    const history = read();
    expect(history.commits).toHaveLength(3);
    expect(history.aside.map(({ reason, runs }) => [reason, runs.length])).toEqual([
      ['made with uncommitted changes', 1],
      ['under Node 24 (--node 24)', 1],
      ['of commits that are not on the first-parent line of main', 1],
    ]);
    expect(history.leftOut.map(({ path }) => path)).toEqual([damaged]);
    expect(read('24').commits).toHaveLength(1);
    expect(() => read('18')).toThrow('--node: got "18", takes 20, 24');
    expect(() => readHistory({ store: { folder: mixed, machineKey: 'other-1c-1g' }, line, last: 9 })).toThrow(
      `there are runs of ${MACHINE}: --machine KEY takes one`,
    );
  });

  it('of runs beside the line is in the order of time where the only run on it cannot be used, and none of nothing is an error', () => {
    const own = temporary();
    const store = { folder: own, machineKey: MACHINE };
    const damaged = save(own, 3);
    writeFileSync(damaged, readFileSync(damaged, 'utf8').slice(0, 999));
    expect(() => readHistory({ store, line, last: 200 })).toThrow(/^no run of .*; 1 files there cannot be used$/);
    for (const place of [500, 501]) save(own, place, { sha: sha(place * PLACES) });
    const history = readHistory({ store, line, last: 200 });
    expect(history.revision).toBeUndefined();
    expect(history.commits.map((commit) => commit.sha)).toEqual([sha(501 * PLACES), sha(500 * PLACES)]);
    expect(history.leftOut.map(({ path }) => path)).toEqual([damaged]);
  });

  it('reads on into the past where the newest runs are of another kind', () => {
    const mixed = temporary();
    for (let commit = 0; commit < 12; commit++) save(mixed, commit, { dirty: commit >= 6 });
    const history = readHistory({ store: { folder: mixed, machineKey: MACHINE }, line, last: 2 });
    expect(history.commits.map((commit) => commit.sha)).toEqual([sha(4 * PLACES), sha(5 * PLACES)]);
    expect(history.older).toBe(4);
  });

  it('knows where what measures changed too', () => {
    const changed = temporary();
    for (let commit = 0; commit < 24; commit++) {
      save(changed, commit, {
        ...slowedFrom(12, commit),
        harness: commit < 12 ? 'a'.repeat(12) : 'b'.repeat(12),
        noise: 0.01,
      });
    }
    const history = readHistory({ store: { folder: changed, machineKey: MACHINE }, line, last: 200 });
    const changes = changesOf(history, seriesOf(history, jobs), [], holds);
    expect(changes.map(({ also, commit }) => [also, commit.sha])).toEqual(
      Array(2).fill([['harness'], sha(12 * PLACES)]),
    );
  });

  it('takes accepted changes for granted, cell by cell', () => {
    const history = read();
    const series = seriesOf(history, jobs);
    const [first] = changesOf(history, series, [], holds);
    const blessing = { commit: first!.commit.sha!, reason: 'simpler', at: '2026-01-01T00:00:00.000Z' };
    const accepted = (filter?: string) =>
      changesOf(history, series, [{ ...blessing, ...(filter ? { filter } : {}) }], holds).map(
        (change) => change.accepted,
      );
    expect(accepted()).toContain('simpler');
    // The commit that did it was not measured itself.
    const unmeasured = { ...blessing, commit: sha(first!.commit.place! - 1) };
    expect(changesOf(history, series, [unmeasured], holds).map((change) => change.accepted)).toContain('simpler');
    const later = { ...blessing, commit: sha(first!.commit.place! + PLACES * 5) };
    expect(changesOf(history, series, [later], holds).map((change) => change.accepted)).toEqual([undefined, undefined]);
    expect(accepted('variant=atomic-barrier')).toEqual([undefined, undefined]);
    expect(accepted(`channels=${attributesOf(first!.cell, '').get('channels')}`)[0]).toBe('simpler');
  });
});

describe('blessings', () => {
  const blessing = { commit: sha(5), reason: 'wider packets', at: '2026-01-01T00:00:00.000Z' };

  it('are lines of a file, one a commit and filter', () => {
    const results = temporary();
    const path = bless(results, MACHINE, blessing);
    bless(results, MACHINE, { ...blessing, filter: 'variant=mutex' });
    expect(readBlessings(results, MACHINE)).toEqual([blessing, { ...blessing, filter: 'variant=mutex' }]);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3);
    expect(() => bless(results, MACHINE, blessing)).toThrow('already: wider packets');
    expect(readBlessings(results, 'other-1c-1g')).toEqual([]);
  });

  it.each([
    ['{', ':2: no JSON'],
    [JSON.stringify({ ...blessing, commit: 'abc' }), ':2: commit: got "abc"'],
    [JSON.stringify({ commit: sha(1), at: blessing.at }), ':2: reason: not there'],
    [JSON.stringify({ ...blessing, until: 5 }), ':2: until: no such field'],
  ])('that are damaged are named by line and field: %s', (text, message) => {
    const results = temporary();
    const path = bless(results, MACHINE, blessing);
    appendFileSync(path, `${text}\n`);
    expect(() => readBlessings(results, MACHINE)).toThrow(`${path}${message}`);
  });
});

it('wants a number for each point: runs of a commit count by their processes', () => {
  const results = temporary();
  save(results, 0, { rounds: 6, noise: 0.001, speed: () => 1000 });
  save(results, 0, { rounds: 18, noise: 0.001, speed: () => 1100 });
  const history = readHistory({ store: { folder: results, machineKey: MACHINE }, line, last: 9 });
  const [{ points }] = seriesOf(history, all) as [ReturnType<typeof seriesOf>[number]];
  expect(points[0]!.value).toBeCloseTo(1000 ** 0.25 * 1100 ** 0.75, -1);
  expect(points[0]!.error).toBeGreaterThan(0.03);
});
