// What a history has said before: a step keeps its commit until later commits overturn it, and then that is said.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/output.js';
import { keptStep } from '../stats/change-points.js';
import type { Step } from '../stats/level-changes.js';
import type { Store } from '../store/find.js';
import { CACHE_FOLDER } from '../store/summary-cache.js';
import { forTerminal } from '../terminal/escape.js';
import type { History, HistoryCommit, Series } from './history.js';
import { nameOf } from './history-changes.js';

interface Reported {
  /** The sha, or the id of a run of no commit. */
  readonly commit: string;
  readonly ratio: number;
  /** The day it was first reported. */
  readonly on: string;
  /** The newest commits, one after the other, with which it was not borne out. */
  readonly doubted?: readonly string[];
}

/** By cell and metric. */
type Ledger = Readonly<Record<string, readonly Reported[]>>;

/** A step that was reported and is no more, or at another commit. */
export interface Overturned {
  readonly cell: string;
  readonly metric: string;
  readonly commit: HistoryCommit;
  readonly ratio: number;
  readonly on: string;
  /** Where it is seen now. */
  readonly to?: HistoryCommit;
}

/** A step that is seen so near an overturned one, in points, is what became of it. */
const NEAR = 10;
const MOST_TEXTS = 10;
/** One commit may make another model fit better, and the next one undo that: so many in a row overturn a step. */
const DOUBTS = 3;

/** The series with their steps at the commits that were reported before, as far as these still may be; and those that may not. */
export function reconcile(
  history: History,
  series: readonly Series[],
  { folder, machineKey }: Store,
): { readonly series: readonly Series[]; readonly overturned: readonly Overturned[] } {
  const path = join(folder, CACHE_FOLDER, `reported-${machineKey}.json`);
  const ledger = read(path);
  const after: Record<string, readonly Reported[]> = { ...ledger };
  const overturned: Overturned[] = [];
  const newest = idOf(history.commits.at(-1)!);
  const today = new Date().toISOString().slice(0, 10);
  const reconciled = series.map((each): Series => {
    const key = `${each.cell} ${each.metric}`;
    const commitAt = (point: number) => history.commits[each.at[point]!]!;
    const pointOf = ({ commit }: Reported) => each.at.findIndex((_, point) => idOf(commitAt(point)) === commit);
    const known = ledger[key] ?? [];
    let { steps } = each.changes;
    const doubts = new Map<string, readonly string[]>();
    for (const before of known) {
      const point = pointOf(before);
      if (point < 0) continue;
      const { with: now, isDoubted } = stepsWith(each, steps, point, before.ratio);
      const doubted = isDoubted ? [...new Set([...(before.doubted ?? []), newest])] : [];
      if (doubted.length < DOUBTS) {
        steps = now;
        doubts.set(before.commit, doubted);
      } else {
        const near = steps.find((step) => isSame(step, before.ratio) && Math.abs(step.at - point) <= NEAR);
        const about = { cell: each.cell, metric: each.metric, commit: commitAt(point) };
        overturned.push({ ...about, ratio: before.ratio, on: before.on, ...(near ? { to: commitAt(near.at) } : {}) });
      }
    }
    const said = steps.map(({ at, ratio }): Reported => {
      const commit = idOf(commitAt(at));
      const { doubted: _, ...before } = known.find((one) => one.commit === commit) ?? { commit, ratio, on: today };
      const doubted = doubts.get(commit) ?? [];
      return doubted.length > 0 ? { ...before, doubted } : before;
    });
    const unseen = known.filter((one) => pointOf(one) < 0);
    if (said.length + unseen.length > 0) after[key] = [...unseen, ...said];
    else delete after[key];
    return steps === each.changes.steps ? each : { ...each, changes: { ...each.changes, steps } };
  });
  if (JSON.stringify(after) !== JSON.stringify(ledger)) write(path, after);
  return { series: reconciled, overturned };
}

/** The steps with one at the point; in doubt where none that is seen may as well be there, and its sides do not differ. */
function stepsWith({ points, changes }: Series, steps: readonly Step[], point: number, ratio: number) {
  const near = steps.find((step) => isSame(step, ratio) && step.earliest <= point && point <= step.latest);
  if (near) return { with: steps.map((step) => (step === near ? { ...step, at: point } : step)), isDoubted: false };
  const borders = steps.map(({ at }) => at);
  const { step, differs } = keptStep(points, borders, point);
  const isExplained = changes.wanders !== undefined || changes.drifts.length > 0;
  return {
    with: [...steps, step].toSorted((x, y) => x.at - y.at),
    isDoubted: !differs || isExplained || !isSame(step, ratio),
  };
}

function isSame(step: Step, ratio: number): boolean {
  return step.ratio > 1 === ratio > 1;
}

/** Before what is reported now: the newest ones. */
export function overturnedTexts(all: readonly Overturned[]): string[] {
  return all.slice(-MOST_TEXTS).map(({ cell, metric, commit, ratio, on, to }) => {
    const now = to
      ? `the commits since put it at ${nameOf(to)}`
      : 'with the commits since, no step is there for certain';
    return forTerminal(
      `Reported on ${on} and no more: x${ratio.toFixed(3)} since ${nameOf(commit)}, ${metric} of ${cell}: ${now}`,
    );
  });
}

function idOf({ sha, runs }: HistoryCommit): string {
  return sha ?? runs[0]!.id;
}

/** Nothing was reported where there is no file, or one that is damaged. */
function read(path: string): Ledger {
  try {
    const { version, reported } = JSON.parse(readFileSync(path, 'utf8')) as { version: number; reported: Ledger };
    return version === 1 ? reported : {};
  } catch {
    return {};
  }
}

/** Where it cannot be written, the next history starts anew. */
function write(path: string, reported: Ledger): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder('--results', join(path, '..'));
    writeFileSync(temporary, JSON.stringify({ version: 1, reported }));
    renameSync(temporary, path);
  } catch {}
}
