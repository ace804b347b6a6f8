// Rounds for the ranking from a saved run: its throughput cells at several channel counts, in the processes that they share.

import type { Cell } from '../../src/session/cell.js';
import { showBytes } from '../base/quantities.js';
import { UsageError } from '../base/usage-error.js';
import { axes } from '../plan/axes.js';
import type { Result, ResultCell } from '../result/document.js';
import { mean } from '../stats/mean.js';
import type { Reading, Round } from './candidate.js';
import type { Arm } from './space.js';

export interface Saved {
  readonly arms: readonly Arm[];
  readonly rounds: readonly Round[];
  readonly depth: number;
  /** What the counts have in common, in words. */
  readonly of: string;
  isOversubscribed(channels: number): boolean;
  readonly secondsPerProcess?: number;
}

export type Wanted = Partial<Record<keyof Cell, readonly string[]>>;

/**
 * The questions that the cells answer which the wanted values leave, in the order of the run's tables.
 *
 * @param wanted values of axes, as their flags take them
 * @throws UsageError that says what there is, where no question is answered
 */
export function savedQuestions(result: Result, path: string, wanted: Wanted): Saved[] {
  const questions = new Map<string, ResultCell[]>();
  for (const cell of result.cells) {
    if (
      cell.workload !== 'throughput' ||
      cell.status !== 'measured' ||
      cell.sameAs !== undefined ||
      !isWanted(cell, wanted) ||
      !hasSenders(cell)
    )
      continue;
    const key = questionOf(cell);
    questions.set(key, [...(questions.get(key) ?? []), cell]);
  }
  const answered = [...questions].filter(([, cells]) => new Set(cells.map(({ channels }) => channels)).size > 1);
  if (answered.length === 0) {
    throw new UsageError(
      `--from: ${path}: no throughput of a design with sender threads at two channel counts or more${questions.size > 0 ? `; it has ${[...questions.keys()].join('; ')}` : ', as the flags ask for'}`,
    );
  }
  return answered.map(([of, cells]) => savedOf(result, of, cells));
}

/** The only question of a run. Throws UsageError where it answers none, or several. */
export function savedRounds(result: Result, path: string): Saved {
  const [only, ...more] = savedQuestions(result, path, {});
  if (more.length === 0) return only!;
  throw new UsageError(`${path}: answers several questions: ${[only!, ...more].map(({ of }) => of).join('; ')}`);
}

function savedOf(result: Result, of: string, cells: readonly ResultCell[]): Saved {
  const arms = [...new Map(cells.map((cell) => [JSON.stringify(armOf(cell)), armOf(cell)])).values()];
  const indexOf = (cell: ResultCell) => arms.findIndex((arm) => JSON.stringify(arm) === JSON.stringify(armOf(cell)));
  const numbers = [...new Set(cells.flatMap(({ visits }) => visits.map(({ round }) => round)))].sort((x, y) => x - y);
  const rounds = numbers.map((round) =>
    cells.flatMap((cell) => readingOf(cell, indexOf(cell), round, partsOf(result, cell, round)) ?? []),
  );
  const { cores } = result.machine;
  const seconds = (Date.parse(result.run.finishedAt) - Date.parse(result.run.startedAt)) / 1e3;
  return {
    ...{ arms, rounds, depth: cells[0]!.depth, of, isOversubscribed: (channels: number) => channels + 1 > cores },
    ...(seconds > 0 && { secondsPerProcess: seconds / result.run.rounds }),
  };
}

/** Without sender threads every count is the same one thread: there is nothing to choose. */
function hasSenders({ visits }: ResultCell): boolean {
  return visits.some(({ counters }) => counters.sendersCpuNs! > 0);
}

/** From a ping-pong of the same design in the same process: what a batch costs each side. */
function partsOf(result: Result, cell: ResultCell, round: number): Record<string, number> {
  const { transport, pageSize, pagesPerBatch } = cell;
  const same = result.cells.find(
    (each) =>
      each.workload === 'hand-off' &&
      each.load === undefined &&
      JSON.stringify(armOf(each)) === JSON.stringify(armOf(cell)) &&
      each.transport === transport &&
      each.pageSize === pageSize &&
      each.pagesPerBatch === pagesPerBatch,
  );
  const visits = same?.visits.filter((visit) => visit.round === round) ?? [];
  const names = { 'takenNs.p50': 'takenNs', 'freedNs.p50': 'freedNs', 'handoffNs.p50': 'pingPongNs' };
  const known = Object.entries(names).filter(
    ([from]) => visits.length > 0 && visits.every(({ values }) => values[from] !== undefined),
  );
  return Object.fromEntries(known.map(([from, to]) => [to, mean(visits.map(({ values }) => values[from]!))]));
}

function readingOf(cell: ResultCell, arm: number, round: number, parts: Record<string, number>): Reading | undefined {
  const visits = cell.visits.filter((visit) => visit.round === round);
  if (visits.length !== 2) return undefined;
  // Cells that were not measured by turns have no turns that belong together: whole visits are compared.
  const turns = visits.map(({ values, turns: own }) =>
    cell.table === 'tune' && own?.jobsPerSecond ? own.jobsPerSecond : [values.jobsPerSecond!],
  );
  const over = (of: (visit: (typeof visits)[number]) => number) => mean(visits.map(of));
  return {
    candidate: { arm, channels: cell.channels },
    turns: [turns[0]!, turns[1]!],
    values: {
      jobsPerSecond: over(({ values }) => values.jobsPerSecond!),
      mibPerSecond: over(({ values }) => values.mibPerSecond!),
      cpuNsPerJob: over(({ values }) => values.cpuNsPerJob!),
      providerCpuNsPerJob: over(({ counters }) => counters.providerCpuNs! / counters.jobs!),
      ...parts,
    },
  };
}

function armOf({ variant, wait, place }: ResultCell): Arm {
  return { variant, wait, place };
}

function isWanted(cell: ResultCell, wanted: Wanted): boolean {
  return Object.entries(wanted).every(([key, values]) => {
    const own =
      key === 'providerWait'
        ? cell.wait.provider
        : key === 'senderWait'
          ? cell.wait.sender
          : showOf(cell, key as keyof Cell);
    return values.includes(own);
  });
}

function showOf(cell: ResultCell, key: keyof Cell): string {
  const axis = Object.values(axes).find((each) => each.key === key);
  const value = (cell as unknown as Record<string, unknown>)[key];
  return axis ? String((axis.show as (value: unknown) => unknown)(value)) : String(value);
}

/** `tcp, 128 x 4k per batch, depth 1`: what cells must share to be compared. */
function questionOf(cell: ResultCell): string {
  const { transport, codec, pageSize, pagesPerBatch, depth, requesters } = cell;
  const rest = Object.entries({
    providerWorkNs: cell.providerWorkNs,
    senderWorkNs: cell.senderWorkNs,
    dose: cell.dose,
  });
  const more = rest.flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${JSON.stringify(value)}`]));
  const names = [
    transport,
    ...(codec === 'none' ? [] : [codec]),
    `${pagesPerBatch} x ${showBytes(pageSize)} per batch`,
    `depth ${depth}`,
  ];
  return [...names, ...(requesters === 1 ? [] : [`${requesters} requesters`]), ...more].join(', ');
}
