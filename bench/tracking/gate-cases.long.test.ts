// Situations that passed for "no regression", or blamed the wrong commit: each as a small made-up history, with what is right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type MadeUp, madeUpResult } from '../store/fixtures/result.js';
import { saveResult } from '../store/save.js';
import type { CommitLine } from '../system/commit-line.js';
import type { Blessing } from './blessings.js';
import { DEFAULT_THRESHOLDS } from './gate-config.js';
import { judgeLine } from './gate-line.js';
import { exitCodeOf, renderGate } from './gate-text.js';
import { seriesOf } from './history.js';
import { changesOf } from './history-changes.js';
import { renderHistory } from './history-text.js';

const MACHINE = 'made-up-2c-8g';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const sha = (commit: number) => commit.toString(16).padStart(40, '0');

interface About {
  readonly shallow?: boolean;
  readonly accepted?: readonly Blessing[];
}

/** The history of so many commits, each with one run, and what the gate says of the last one. */
function casesOf(commits: number, about: (commit: number) => MadeUp, { shallow = false, accepted = [] }: About = {}) {
  folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-case-')));
  const folder = folders.at(-1)!;
  for (let commit = 0; commit < commits; commit++) {
    const time = new Date(Date.UTC(2026, 0, 1 + commit)).toISOString();
    const id = commit.toString(16).padStart(8, '0');
    saveResult(folder, madeUpResult({ id, sha: sha(commit), time, seed: commit, noise: 0.01, ...about(commit) }));
  }
  const places = Array.from({ length: commits }, (_, place) => ({ sha: sha(place), place, subject: `work ${place}` }));
  const known = shallow ? places.slice(-5) : places;
  const line: CommitLine = {
    ...{ name: 'main', commits: new Map(known.map((commit) => [commit.sha, commit])) },
    ...(shallow ? { shallow } : {}),
  };
  const upTo = (last: number) => {
    const until = new Map([...line.commits].filter(([, { place }]) => place <= last));
    const { history, rows } = judgeLine({
      ...{ store: { folder, machineKey: MACHINE }, line: { ...line, commits: until }, isMeasured: () => true },
      ...{ blessings: accepted.filter(({ commit }) => until.has(commit)), release: undefined },
      judging: { thresholds: () => DEFAULT_THRESHOLDS, holds: () => true, wanted: () => true },
    });
    const series = seriesOf(history, (_, metric) => metric === 'jobsPerSecond');
    // As with --no-confirm, but where the machine changed.
    const decided = rows.map((row) =>
      row.status === 'suspect' && row.rungs.at(-1)!.name !== 'machine' ? { ...row, status: 'failed' as const } : row,
    );
    const report = { candidate: sha(last), baseline: 'before', machineKey: MACHINE, warnings: [], rows: decided };
    const changes = changesOf(history, series, [], () => true);
    return {
      rows: decided,
      exit: exitCodeOf(decided),
      gate: renderGate({ ...report, exitCode: exitCodeOf(decided) }, 'urgent', 1000),
      history: renderHistory({ history, series, changes, hidden: 0 }, 300),
    };
  };
  return { upTo, ...upTo(commits - 1) };
}

describe('cells without numbers', () => {
  const at = (commit: number, status: 'failed' | 'invalid'): MadeUp =>
    commit < 15
      ? {}
      : {
          unmeasured: (variant, channels) =>
            variant === 'atomic-barrier' && channels === 2
              ? undefined
              : { status, reason: 'stalled: nothing moved for 10 s' },
        };

  it('that failed are a failure, and no older value stands for them', () => {
    const { exit, gate, history } = casesOf(16, (commit) => at(commit, 'failed'));
    expect(exit).toBe(1);
    expect(gate).toMatch(
      /^FAILED CELLS: .*3 broken, 1 passed\nBROKEN: 3 cells\n {2}failed: stalled: .*\n {2}hand-off: mutex 1 ch, jobs/,
    );
    expect(history.match(/ failed /g)).toHaveLength(3);
  });

  it('that are invalid leave the gate inconclusive', () => {
    const { exit, gate } = casesOf(16, (commit) => at(commit, 'invalid'));
    expect(exit).toBe(3);
    expect(gate).toMatch(/MISSING: 3 cells\n {2}invalid: stalled: .*\n {2}hand-off: mutex 1 ch, jobs/);
  });
});

it('another kernel is not blamed on the commit that it came with', () => {
  const changed = (commit: number): MadeUp =>
    commit < 16 ? {} : { kernel: '6.2', speed: (_, channels) => 9000 * channels };
  const { upTo, history } = casesOf(24, changed);
  const here = upTo(16);
  expect(here.exit).toBe(3);
  expect(here.gate).toContain('the machine changed here: machine.kernel 6.1, then 6.2');
  expect(here.gate).not.toContain('REGRESSION');
  expect(upTo(17).exit).toBe(0);
  expect(history).toContain('The machine changed here: 000000000000 2026-01-17: machine.kernel 6.1, then 6.2');
  expect(history).toContain('No commit is blamed: the machine changed at');
  expect(history).not.toContain('SLOWER');
});

it('eleven commits, halved from the seventh: too few to tell, and how many would do', () => {
  const halved = (commit: number): MadeUp => ({
    ...{ variants: ['mutex'], channels: [1], speed: () => (commit < 6 ? 40_000 : 20_000) },
  });
  const { history, exit } = casesOf(11, halved);
  expect(history).toMatch(
    /Too few commits to tell whether .*"work 6":\n {2}x0\.(49|50)\d* .* needs 14 commits, 11 are measured/,
  );
  expect(history).not.toContain('No change');
  expect(exit).toBe(1);
});

it('losses of 1.5 % add up: red from the commit at which they pass the threshold', () => {
  const slow = (commit: number): MadeUp => ({ speed: (_, channels) => 20_000 * channels * 0.985 ** commit });
  const { upTo, gate } = casesOf(16, slow);
  const exits = Array.from({ length: 12 }, (_, at) => upTo(at + 4).exit);
  expect(exits[0]).toBe(0);
  const first = exits.indexOf(1);
  // The first three commits make the level, whose median lost 1.5 % itself.
  expect(first + 4).toBeLessThanOrEqual(7);
  expect(exits.slice(first)).toEqual(exits.slice(first).map(() => 1));
  expect(gate).toContain('little by little');
});

it('20 % lost at one commit, never blessed: red to the end, and always that commit', () => {
  const lost = (commit: number): MadeUp => ({ speed: (_, channels) => 20_000 * channels * (commit < 20 ? 1 : 0.8) });
  const { upTo } = casesOf(30, lost);
  expect(upTo(19).exit).toBe(0);
  expect(upTo(20).rows.map(({ status, since }) => [status, since])).toEqual(Array(4).fill(['failed', undefined]));
  for (const commit of [21, 22, 23, 24, 25, 29]) {
    const { rows, exit } = upTo(commit);
    expect(exit).toBe(1);
    for (const { since } of rows) expect(since).toEqual({ commit: sha(20), subject: 'work 20', kind: 'step' });
  }
});

describe('a loss that is hundreds of commits old', () => {
  const one: MadeUp = { variants: ['mutex'], channels: [1] };
  // Better first, then worse than that: the level at the beginning is not lost from.
  const levels = (commit: number) => (commit < 30 ? 20_000 : commit < 90 ? 25_000 : 20_000);
  const about = (commit: number): MadeUp => ({ ...one, speed: () => levels(commit) });

  it('stays red, and names the commit, until it is blessed', () => {
    const { upTo } = casesOf(420, about);
    expect(upTo(89).exit).toBe(0);
    for (const commit of [91, 160, 300, 419]) {
      const { rows, exit } = upTo(commit);
      expect(exit, `${commit}`).toBe(1);
      expect(rows[0]!.since, `${commit}`).toEqual({ commit: sha(90), subject: 'work 90', kind: 'step' });
      expect(rows[0]!.baseline).toBe(sha(89));
    }
  });

  it('is fine where it was blessed, or mended', () => {
    const blessing = { commit: sha(90), reason: 'checks every page', at: '2026-01-01T00:00:00.000Z' };
    expect(casesOf(300, about, { accepted: [blessing] }).exit).toBe(0);
    expect(casesOf(300, (commit) => ({ ...one, speed: () => (commit < 250 ? levels(commit) : 25_000) })).exit).toBe(0);
  });
});

it('a shallow clone is said, with how to deepen it', () => {
  const { history } = casesOf(24, () => ({}), { shallow: true });
  expect(history).toContain('This clone is shallow: git fetch --unshallow, or fetch-depth: 0 in CI');
  expect(history).toContain('19 runs of commits that this shallow clone does not have');
});
