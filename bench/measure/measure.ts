// The rounds of a run, one fresh process after the other, until they are enough.

import { roundGroups, stepsOf } from '../plan/order.js';
import type { Plan, PlannedCell } from '../plan/planned.js';
import type { TurnSize } from './live-turns.js';
import { type Failure, type RecordedVisit, takeRound } from './round.js';

/** What ended a run: its number of rounds, one of the two limits, a signal, or the end of one of its processes. */
export type Stopped = 'rounds' | 'precision' | 'budget' | 'interrupted' | 'killed';

export interface Measured {
  readonly visits: readonly RecordedVisit[];
  readonly failures: readonly Failure[];
  readonly finishedRounds: number;
  readonly stopped: Stopped;
  /** Time inside timed slices, and all of it, over the rounds measured here; in nanoseconds. */
  readonly timedNs: number;
  readonly wholeNs: number;
}

/** Called before each step: where the run is. */
export type Progress = (at: { round: number; done: number; total: number; cell: PlannedCell }) => void;

export interface RoundsOptions {
  readonly progress: Progress;
  /** When it aborts, the round under way is dropped and what was finished is returned. */
  readonly signal: AbortSignal;
  /** Asked after each finished round: a reason to measure no further one. */
  readonly enough?: (measured: Measured) => 'precision' | 'budget' | undefined;
  /** Asked before each round but the first: what each group of cells is to have of its time. */
  readonly shares?: (measured: Measured) => (group: string) => number;
  /** The finished rounds of an earlier run of the same plan, to go on from. */
  readonly earlier?: Pick<Measured, 'visits' | 'finishedRounds'>;
}

/** Measures a plan. */
export async function measureRounds(plan: Plan, options: RoundsOptions): Promise<Measured> {
  const { progress, signal, enough, shares, earlier } = options;
  const failures = new Map<string, Failure>();
  const visits: RecordedVisit[] = [...(earlier?.visits ?? [])];
  const begun = performance.now();
  const [amounts, turns] = [new Map<string, number>(), new Map<string, TurnSize>()];
  let finishedRounds = earlier?.finishedRounds ?? 0;
  let timedNs = 0;
  let done = 0;
  const soFar = (stopped: Stopped): Measured => {
    const wholeNs = (performance.now() - begun) * 1e6;
    return { visits, failures: [...failures.values()], finishedRounds, stopped, timedNs, wholeNs };
  };
  const first = finishedRounds;
  const groups = Array.from({ length: plan.rounds - first }, (_, at) => roundGroups(plan, first + at)).flat();
  const total = groups.reduce((sum, group) => sum + stepsOf(group), 0);
  for (let round = first; round < plan.rounds; round++) {
    if (signal.aborted) return soFar('interrupted');
    const share = finishedRounds > 0 ? shares?.(soFar('rounds')) : undefined;
    const step = (cell: PlannedCell) => progress({ round, done: done++, total, cell });
    const took = await takeRound(round, { plan, signal, amounts, turns, failures, step, ...(share && { share }) });
    timedNs += took.timedNs;
    if (took.end !== 'finished') return soFar(took.end);
    visits.push(...took.visits);
    finishedRounds++;
    const reason = enough?.(soFar('rounds'));
    if (reason !== undefined) return soFar(reason);
  }
  return soFar('rounds');
}
