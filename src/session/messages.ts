// What the main thread of a child process and its worker threads post to each other.

import type { MessagePort } from 'node:worker_threads';
import type { SharedMemory } from '../memory/shared-memory.js';
import type { ThreadTimes } from '../os/thread-times.js';
import type { RamParts } from '../ram/ram.js';
import type { TallySum } from '../sender/tally.js';
import type { LineParts } from '../transport/lines.js';
import type { Slice } from '../workloads/slice.js';
import type { SideAccesses } from './access-counter.js';
import type { Cell, ThreadRole } from './cell.js';
import type { Counters } from './thread-place.js';

/** Where a variant's module is. */
export interface VariantSource {
  /** A file URL. */
  readonly module: string;
  /** The export that is the variant; `default` unless several variants share a file. */
  readonly export: string;
}

/** What a worker is started with, once a fleet. */
export interface ThreadStart {
  readonly role: ThreadRole;
  /** Number of the requester; of a sender its place among the fleet's threads, which serve any channel. */
  readonly index: number;
  readonly ram: RamParts;
}

/** To a worker. `visit` numbers the cells of a fleet, so that a late message of an earlier cell is known as such. */
export type ToThread =
  | {
      readonly kind: 'open';
      readonly visit: number;
      readonly cell: Cell;
      /** Number of the requester or of the channel. */
      readonly index: number;
      readonly variant: VariantSource;
      readonly memory: SharedMemory;
      /** Where in the RAM its provider begins, from 0 to 1: cells side by side do not read the same pages at once. */
      readonly begins: number;
      readonly ports: readonly MessagePort[];
      /** Where the channels write to, for transports that have such a place. */
      readonly lines: LineParts | undefined;
    }
  | { readonly kind: 'slice'; readonly visit: number; readonly number: number; readonly amount: number }
  /** To a provider on which all of these cells are open: one after the other, without a message in between. */
  | { readonly kind: 'turns'; readonly run: number; readonly turns: readonly TurnMessage[] }
  | { readonly kind: 'close'; readonly visit: number };

/** A turn: slice number `number` of a cell. */
interface TurnMessage {
  readonly visit: number;
  readonly number: number;
  readonly amount: number;
}

/** What a thread says when it has left a cell. */
export interface ThreadReport {
  readonly times: ThreadTimes;
  readonly counters: Counters;
  /** In a counting cell. */
  readonly accesses?: SideAccesses;
  /** Of the channels that this thread wrote. */
  readonly tallies: readonly { readonly channel: number; readonly tally: TallySum }[];
  /** On the provider: what it handed over. */
  readonly handed?: { readonly jobs: number; readonly pages: number; readonly checksum: number };
  /** On the provider of a design that brings its threads along: theirs. */
  readonly ownThreads?: { readonly pinned: boolean; readonly reports: readonly ThreadReport[] };
}

/** From a worker. */
export type FromThread =
  | { readonly kind: 'started'; readonly threadId: number }
  | { readonly kind: 'opened'; readonly visit: number }
  | { readonly kind: 'sliced'; readonly visit: number; readonly slice: Slice | undefined }
  /** All turns of a plan, in order; cut short where a cell's run ended in one. */
  | { readonly kind: 'turned'; readonly run: number; readonly slices: readonly (Slice | undefined)[] }
  | { readonly kind: 'failed'; readonly visit: number; readonly reason: string }
  | { readonly kind: 'left'; readonly visit: number; readonly report: ThreadReport };
