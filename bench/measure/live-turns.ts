// Cells that are open side by side, and their turns: without a message in between where they are of one process.
import type { Random } from '../../src/random.js';
import { type Cell, CellFailure } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import type { Child } from './child.js';
import type { Peer } from './peers.js';

/** Cells beside those under study are in one mirror of so many. */
const BESIDE_EVERY = 6;

export interface TurnSize {
  /** Jobs, or syncs. */
  readonly amount: number;
  /** Whether its turns are longer than was asked for, as the cell, or one beside it, is another one in short turns. */
  readonly isLong: boolean;
}

/** A cell with the process that it is opened in; those of one process are opened in lanes of it. */
export interface LiveEnd {
  readonly cell: Cell;
  readonly client: Child;
  readonly lane: number;
  /** The receiver that it writes to, for transports that have one. */
  readonly peer: Peer | undefined;
  /** True in a process that has not run the cell yet: its code is not compiled there. */
  readonly cold: boolean;
  /** Where an earlier opening found it, in this process or another. */
  readonly turn: TurnSize | undefined;
  /** True for one that only stands beside those under study: it takes part in some of the mirrors. */
  readonly beside: boolean;
}

export interface LiveOptions {
  readonly turnMs: number;
  /** Whether turns may be longer, where short ones show another design than long ones do: not where their length was asked for. */
  readonly mayLengthen?: boolean;
  /** How long all turns together go on. */
  readonly forMs: number;
  /** Draws which cell is opened first, and the order of each mirror. */
  readonly random: Random;
}

/** A cell failed, and with it its process: which one, and why. */
export class LiveFailure extends Error {
  readonly at: number;
  override readonly cause: CellFailure;

  constructor(at: number, cause: CellFailure) {
    super(cause.message);
    this.at = at;
    this.cause = cause;
  }
}

/** All that take part in a mirror, in random order, and back. */
export function mirrorOf(ends: readonly LiveEnd[], random: Random, number = 0): number[] {
  const there = random.shuffle([...ends.keys()].filter((at) => !ends[at]!.beside || number % BESIDE_EVERY === 0));
  return [...there, ...there.toReversed()];
}

/** Turns in order: without a message in between where they are of one process; else each is a question of its own. */
export async function takeTurns(
  ends: readonly LiveEnd[],
  order: readonly number[],
  sizes: readonly TurnSize[],
): Promise<readonly Slice[]> {
  const { client } = ends[0]!;
  if (ends.every((end) => end.client === client)) {
    const turns = order.map((at) => ({ lane: ends[at]!.lane, amount: sizes[at]!.amount }));
    return client.turns(turns).catch((cause) => {
      if (!(cause instanceof CellFailure)) throw cause;
      throw new LiveFailure(
        ends.findIndex(({ lane }) => lane === cause.lane),
        cause,
      );
    });
  }
  const slices: Slice[] = [];
  for (const at of order) slices.push(await failing(at, ends[at]!.client.slice(sizes[at]!.amount, ends[at]!.lane)));
  return slices;
}

/** Says which of the cells a failure is of. */
export async function failing<T>(at: number, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (cause instanceof CellFailure) throw new LiveFailure(at, cause);
    throw cause;
  }
}
