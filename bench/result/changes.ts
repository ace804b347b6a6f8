// What comparing two of anything says, as a document: two saved runs, or two builds that were measured together.

import type { Commit } from '../system/commit.js';
import type { BuildComparison } from './compare-builds.js';
import type { LeftOut, ResultCell } from './document.js';

/** One of the two that are compared. */
export interface ComparedEnd {
  /** As it was asked for. */
  readonly name: string;
  readonly commit: Commit | null;
  readonly machineKey: string;
  readonly node: string;
  /** Of saved runs. */
  readonly path?: string;
  readonly run?: string;
}

/** A cell of one of them, which may have no partner. */
interface ComparedCell extends Omit<ResultCell, 'visits' | 'histograms'> {
  readonly build: 'a' | 'b';
}

/** A cell that was not compared, and why. */
export interface Unaligned {
  readonly cell: string;
  readonly reason: string;
}

export interface Changes {
  readonly schema: 1;
  readonly kind: 'compare' | 'against';
  /** What `b` is compared with. */
  readonly a: ComparedEnd;
  readonly b: ComparedEnd;
  readonly rounds: number;
  readonly seed?: number;
  readonly shard?: { readonly index: number; readonly of: number };
  readonly cells: readonly ComparedCell[];
  readonly comparisons: readonly BuildComparison[];
  readonly unaligned: readonly Unaligned[];
  /** Files that were looked at and could not be used. */
  readonly leftOut: readonly LeftOut[];
  /** Recorded fields in which the machine differs between the two: stands first, for what differs may be the machine's. */
  readonly machineChanged?: readonly string[];
  readonly warnings: readonly string[];
}

/** A cell as such a document holds it: what comparisons were made from is left to result files. */
export function withoutVisits<T extends ResultCell>({ visits: _, histograms: __, ...cell }: T) {
  return cell;
}
