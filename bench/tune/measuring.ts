// Measuring for the search: each round a fresh process that takes the turns of the candidates it is asked for.

import { mergeCounts } from '../../src/memory/latency-histogram.js';
import { distributionOf } from '../measure/latencies.js';
import type { TurnSize } from '../measure/live-turns.js';
import { type Failure, type RecordedVisit, takeRound } from '../measure/round.js';
import { type PlannedCell, senderThreads } from '../plan/planned.js';
import { mean } from '../stats/mean.js';
import { type Candidate, keyOf, type MeasureRound, type Reading, type Round } from './candidate.js';
import type { Space } from './space.js';

/** What a search measured, kept so that it can be saved like any other run. */
export class Measuring {
  readonly visits: RecordedVisit[] = [];
  readonly failures = new Map<string, Failure>();
  finishedRounds = 0;
  timedNs = 0;
  killed = false;
  private readonly space: Space;
  private readonly signal: AbortSignal;
  private readonly turn: (at: { done: number; total: number; cell: PlannedCell }) => void;
  private readonly amounts = new Map<string, number>();
  private readonly turns = new Map<string, TurnSize>();
  private readonly latencies = new Map<string, RecordedVisit[]>();

  /** `turn` is told before each turn, never inside one. */
  constructor(space: Space, signal: AbortSignal, turn: Measuring['turn']) {
    this.space = space;
    this.signal = signal;
    this.turn = turn;
  }

  readonly measure: MeasureRound = async (round, candidates) => {
    const cells = this.cellsOf(candidates);
    const { plan } = this.space;
    const threaded = cells.filter(({ cell }) => senderThreads(cell, plan.listed) > 0);
    const fleet = { ...plan.fleet, senders: Math.max(0, ...threaded.map(({ cell }) => cell.channels)) };
    const part = { ...plan, cells, fleet };
    const turns = cells.reduce((sum, { table }) => sum + 2 * plan.tables.find(({ id }) => id === table)!.turns, 0);
    let done = 0;
    const taken = await takeRound(round, {
      plan: part,
      signal: this.signal,
      amounts: this.amounts,
      turns: this.turns,
      failures: this.failures,
      step: (cell) => this.turn({ done: done++, total: turns, cell }),
    });
    this.timedNs += taken.timedNs;
    if (taken.end !== 'finished') {
      this.killed = taken.end === 'killed';
      return undefined;
    }
    this.visits.push(...taken.visits);
    this.finishedRounds++;
    return candidates.flatMap((candidate) => this.reading(candidate, taken.visits) ?? []);
  };

  /** The 99th percentile of all samples of a candidate together, where single processes have too few. */
  pooledP99(candidate: Candidate): number | undefined {
    const own = this.latencies.get(keyOf(candidate)) ?? [];
    const counts = own.flatMap(({ latencies }) => (latencies ? [latencies.handoff] : []));
    return counts.length === 0 ? undefined : distributionOf(mergeCounts(counts))?.p99;
  }

  private cellsOf(candidates: readonly Candidate[]): PlannedCell[] {
    const all = candidates.flatMap((candidate) => Object.values(this.space.cells(candidate)));
    return [...new Map(all.map((planned) => [planned.id, planned])).values()].filter(
      ({ id }) => !this.failures.has(id),
    );
  }

  private reading(candidate: Candidate, visits: readonly RecordedVisit[]): Reading | undefined {
    const { tune, latency, parts } = this.space.cells(candidate);
    const of = (planned: PlannedCell | undefined) => visits.filter(({ cellId }) => cellId === planned?.id);
    const own = of(tune);
    if (own.length !== 2) return undefined;
    const turns = own.map((visit) => visit.turns.jobsPerSecond!) as [readonly number[], readonly number[]];
    const loaded = of(latency);
    if (loaded.length > 0)
      this.latencies.set(keyOf(candidate), [...(this.latencies.get(keyOf(candidate)) ?? []), ...loaded]);
    return {
      candidate,
      turns,
      values: {
        ...over(own, ['jobsPerSecond', 'mibPerSecond', 'cpuNsPerJob']),
        providerCpuNsPerJob: mean(own.map(({ counters }) => counters.providerCpuNs! / counters.jobs!)),
        sendersCpuNsPerJob: mean(own.map(({ counters }) => counters.sendersCpuNs! / counters.jobs!)),
        ...rename(over(loaded, ['handoffNs.p99', 'reachedLoad']), {
          'handoffNs.p99': 'p99Ns',
          reachedLoad: 'reachedLoad',
        }),
        ...rename(over(of(parts), ['takenNs.p50', 'freedNs.p50', 'handoffNs.p50']), {
          'takenNs.p50': 'takenNs',
          'freedNs.p50': 'freedNs',
          'handoffNs.p50': 'pingPongNs',
        }),
      },
    };
  }
}

/** Values of a candidate over the rounds, in order; rounds that lack the value are left out. */
export function valuesOf(rounds: readonly Round[], candidate: Candidate, name: string): number[] {
  return rounds.flatMap((round) => {
    const value = round.find((reading) => keyOf(reading.candidate) === keyOf(candidate))?.values[name];
    return value === undefined ? [] : [value];
  });
}

function over(visits: readonly RecordedVisit[], names: readonly string[]): Record<string, number> {
  const known = names.filter((name) => visits.length > 0 && visits.every(({ values }) => values[name] !== undefined));
  return Object.fromEntries(known.map((name) => [name, mean(visits.map(({ values }) => values[name]!))]));
}

function rename(
  values: Readonly<Record<string, number>>,
  names: Readonly<Record<string, string>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [names[key]!, value]));
}
