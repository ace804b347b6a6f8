// How long a turn should be on this machine: the error of a ratio by the length of its turns, at equal time (an Allan curve).
import { Random } from '../../src/random.js';
import type { LivePart } from '../measure/live.js';
import { logRatio } from '../measure/paired-visits.js';
import { Processes } from '../measure/processes.js';
import { sliceValues } from '../measure/visit.js';
import type { Listed } from '../plan/catalogue.js';
import { roundGroups } from '../plan/order.js';
import { makePlan } from '../plan/plan.js';
import type { PlanOptions } from '../plan/planned.js';
import { squaresAboutMean } from '../stats/mean.js';
import { median } from '../stats/quantile.js';

/** Milliseconds. */
export const TURN_LENGTHS = [0.5, 1, 2, 4, 8, 16, 40, 80] as const;

/** Of a cell: the standard error that a second of one process leaves, as a fraction, by the length of its turns. */
export interface TurnCurve {
  readonly table: string;
  readonly channels: number;
  readonly pageSize: number;
  readonly metric: string;
  readonly errors: readonly { readonly turnMs: number; readonly error: number; readonly ratio: number }[];
}

export interface TurnCurvesOptions {
  readonly plan: PlanOptions;
  readonly design: Listed;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Of each opening: the error is of a second, whatever it is measured in. */
const FOR_MS = 300;
const PROCESSES = 2;
/** In which the ratio is taken each by itself: what they differ by says how well all of them know it. */
const PARTS = 12;

/** Measures a design beside itself in every cell of the plan, with turns of each length. */
export async function measureTurnCurves(options: TurnCurvesOptions): Promise<TurnCurve[]> {
  const { design, signal, progress } = options;
  const names = [design.variant.name, `${design.variant.name}-again`];
  const listed = names.map((name) => ({ ...design, outside: true, variant: { ...design.variant, name } }));
  const plan = makePlan({ ...options.plan, listed, studied: names });
  const groups = roundGroups(plan, 0);
  const total = groups.length * TURN_LENGTHS.length * PROCESSES;
  const found = new Map<string, { error: number; ratio: number }[]>();
  let done = 0;
  for (let round = 0; round < PROCESSES && !signal.aborted; round++) {
    const random = new Random(plan.seed + round);
    const processes = new Processes(plan);
    const end = () => void processes.end();
    signal.addEventListener('abort', end);
    try {
      for (const { sets } of groups) {
        const { cells } = sets[0]!;
        for (const [at, turnMs] of random.shuffle([...TURN_LENGTHS]).entries()) {
          progress(done++, total);
          const lanes = random.shuffle([0, 1]);
          const places = cells.map(({ cell }, index) => ({
            cell,
            lane: lanes[index]!,
            cold: at === 0,
            turn: undefined,
            beside: false,
          }));
          const parts = await processes.live(places, { turnMs, forMs: FOR_MS, random });
          const seconds = secondsOf(parts);
          const metric = plan.tables.find(({ id }) => id === cells[0]!.table)!.metrics[0]!;
          const [a, b] = parts.map(({ mirrors }, index) =>
            mirrors.flat().map((slice) => sliceValues(cells[index]!.cell, slice)[metric]!),
          ) as [number[], number[]];
          const key = `${cells[0]!.id} ${turnMs}`;
          const error = errorOf(a, b) * Math.sqrt(seconds);
          found.set(key, [...(found.get(key) ?? []), { error, ratio: Math.exp(logRatio(a, b)) }]);
        }
      }
    } catch (cause) {
      if (!signal.aborted) throw cause;
    } finally {
      signal.removeEventListener('abort', end);
      await processes.end();
    }
  }
  const order = plan.cells.filter(({ cell }) => cell.variant === names[0]).map(({ id }) => id);
  return groups
    .map(({ sets }) => sets[0]!.cells[0]!)
    .sort((x, y) => order.indexOf(x.id) - order.indexOf(y.id))
    .map(({ id, table, cell: { channels, pageSize } }) => ({
      ...{ table, channels, pageSize, metric: plan.tables.find((spec) => spec.id === table)!.metrics[0]! },
      errors: TURN_LENGTHS.flatMap((turnMs) => {
        const own = found.get(`${id} ${turnMs}`)?.filter(({ error }) => Number.isFinite(error)) ?? [];
        if (own.length === 0) return [];
        return [{ turnMs, error: median(own.map(({ error }) => error)), ratio: median(own.map(({ ratio }) => ratio)) }];
      }),
    }));
}

/** The standard error of the ratio over all mirrors, from how the ratios of its parts differ; NaN for a single mirror. */
function errorOf(a: readonly number[], b: readonly number[]): number {
  const mirrors = a.length / 2;
  const parts = Math.min(PARTS, mirrors);
  const logs = Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part, part + 1].map((at) => 2 * Math.floor((at * mirrors) / parts));
    return logRatio(a.slice(from, to), b.slice(from, to));
  });
  return Math.sqrt(squaresAboutMean(logs) / (parts - 1) / parts);
}

/** From the first turn to the last: few long ones take more than their time. */
function secondsOf(parts: readonly LivePart[]): number {
  const turns = parts.flatMap(({ mirrors }) => mirrors.flat());
  const begun = turns.reduce((least, { startedNs }) => Math.min(least, startedNs), Infinity);
  return (turns.reduce((most, { startedNs, durationNs }) => Math.max(most, startedNs + durationNs), 0) - begun) / 1e9;
}
