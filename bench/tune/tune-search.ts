// The search of tune on this machine: with progress and interrupts, and its rounds as a run like any other.

import { randomBytes } from 'node:crypto';
import type { Stopped } from '../measure/measure.js';
import { cellBytes } from '../plan/memory.js';
import { estimateMs } from '../plan/order.js';
import { isOversubscribed } from '../plan/plan.js';
import type { Result } from '../result/document.js';
import { makeResult } from '../result/make-result.js';
import { saveOrKeep } from '../store/save.js';
import { describeCommit } from '../system/commit.js';
import type { Machine } from '../system/machine.js';
import { WORKPLACE } from '../system/project.js';
import { ProgressLine } from '../terminal/progress.js';
import { type LatencyLimit, latencyOf } from './limit.js';
import { Measuring } from './measuring.js';
import { type Ended, type Found, MOST_ROUNDS, search } from './search.js';
import { describeFound } from './search-progress.js';
import type { Space } from './space.js';
import type { Subject } from './subject.js';

export interface Searched {
  readonly found: Found & { readonly ended: Ended };
  readonly measuring: Measuring;
  readonly wholeNs: number;
}

/** Searches within the budget, until the signal aborts. */
export async function searchHere(
  space: Space,
  limit: LatencyLimit | undefined,
  budgetMs: number,
  signal: AbortSignal,
): Promise<Searched> {
  const begun = performance.now();
  const line = new ProgressLine();
  let said = 'the coarse grid first';
  let roundMs = 0;
  let ofSize = 0;
  const elapsed = () => performance.now() - begun;
  const expectedMs = (candidates: number) => (ofSize === 0 ? 0 : roundMs * Math.max(0.5, candidates / ofSize));
  try {
    const measuring = new Measuring(space, signal, ({ done, total }) => {
      const left = MOST_ROUNDS - measuring.finishedRounds;
      const guess = roundMs === 0 ? estimateMs(space.plan) : roundMs * left;
      line.searching({
        round: measuring.finishedRounds,
        done,
        total,
        found: said,
        leftMs: Math.min(guess, budgetMs - elapsed()),
      });
    });
    const found = await search({
      arms: space.counts,
      measure: async (round, candidates) => {
        const before = performance.now();
        const readings = await measuring.measure(round, candidates);
        roundMs = performance.now() - before;
        ofSize = candidates.length;
        return readings;
      },
      fits: (candidates) => elapsed() + expectedMs(candidates) <= budgetMs,
      ...(limit && {
        eligible: (candidate, rounds) => latencyOf(candidate, rounds, limit, (each) => measuring.pooledP99(each)).keeps,
      }),
      progress: (sofar) => {
        said = describeFound(sofar, space.arms);
      },
    });
    return { found, measuring, wholeNs: elapsed() * 1e6 };
  } finally {
    line.end();
  }
}

/** What the answer is made from. */
export function subjectOf(
  space: Space,
  { found, measuring, wholeNs }: Searched,
  machine: Machine,
  linkBytes: number | undefined,
  limit: LatencyLimit | undefined,
): Subject {
  const { plan, arms } = space;
  const cellOf = (candidate: Parameters<Space['cells']>[0]) => space.cells(candidate).tune!.cell;
  const first = plan.cells[0]!.cell;
  return {
    ...{ arms, found, depth: first.depth, cores: machine.cores },
    secondsPerProcess: wholeNs / 1e9 / Math.max(1, measuring.finishedRounds),
    ...(linkBytes !== undefined && { linkPerSecond: linkBytes / (first.pagesPerBatch * first.pageSize) }),
    isOversubscribed: (candidate) => isOversubscribed(cellOf(candidate), plan.listed, plan.cpus),
    memoryBytes: (candidate) => cellBytes(cellOf(candidate), plan.listed),
    ...(limit && {
      limit,
      latencyOf: (candidate) => latencyOf(candidate, found.rounds, limit, (each) => measuring.pooledP99(each)),
    }),
  };
}

/** The rounds of the search as a run: its table is `tune`. */
export function makeTuneResult(
  space: Space,
  { found, measuring, wholeNs }: Searched,
  around: { machine: Machine; startedAt: Date; flags: object },
): Result {
  const ids = new Set(measuring.visits.map(({ cellId }) => cellId));
  const plan = {
    ...space.plan,
    cells: space.plan.cells.filter(({ id }) => ids.has(id) || measuring.failures.has(id)),
    rounds: measuring.finishedRounds,
  };
  const stopped: Stopped = measuring.killed
    ? 'killed'
    : found.ended === 'interrupted' || found.ended === 'budget'
      ? found.ended
      : 'rounds';
  const { visits, finishedRounds, timedNs } = measuring;
  const measured = { visits, failures: [...measuring.failures.values()], finishedRounds, stopped, timedNs, wholeNs };
  const flags = Object.fromEntries(
    Object.entries(around.flags).filter(([key, value]) => value !== undefined && key !== 'save' && key !== 'json'),
  );
  return makeResult(plan, measured, {
    id: randomBytes(4).toString('hex'),
    command: ['multifd-bench', ...process.argv.slice(2)].join(' '),
    ...{
      startedAt: around.startedAt,
      machine: around.machine,
      keepAwake: false,
      commit: describeCommit(WORKPLACE),
      warnings: [],
    },
    flags: flags as Record<string, string | boolean>,
    resumed: undefined,
  });
}

/** Says where it is saved, or why not: then returns false. */
export function save(result: Result): boolean {
  return saveOrKeep(`${WORKPLACE}results`, result, (text) => process.stderr.write(`${text}\n`)) !== undefined;
}
