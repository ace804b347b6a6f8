// What a receiver process says to its parent and to its threads, and hears from them.
import type { RamParts } from '../ram/ram.js';
import type { NumbersCounted } from '../wire/packet-numbers.js';
import type { ChannelCounts, ReceiverFailure, ReceiverPlan, ReceiverReport } from './plan.js';

/** Grows when a message changes its meaning. */
export const RECEIVER_VERSION = 1;
/** How the process is started; after these come its numbers of the listening socket, one a channel. */
export const STDIO = ['ignore', 'inherit', 'inherit', 'ipc'] as const;

/** Parent to process, as JSON. */
export type ToReceiver =
  | { readonly kind: 'start'; readonly version: number; readonly plan: ReceiverPlan }
  /** From now on the first so many channels take part in SYNCs; when all are at rest. */
  | { readonly kind: 'participants'; readonly channels: number }
  | { readonly kind: 'count' };

/** Process to parent, as JSON. */
export type FromReceiver =
  | { readonly kind: 'listening' }
  | { readonly kind: 'counted'; readonly channels: readonly ChannelCounts[] }
  | { readonly kind: 'done'; readonly report: ReceiverReport }
  | { readonly kind: 'failed'; readonly failure: ReceiverFailure };

/** What a thread is started with. It takes one connection, and learns from it which channel it is. */
export interface ChannelStart {
  readonly plan: ReceiverPlan;
  /** Its own number of the listening socket. */
  readonly listening: number;
  readonly ram: RamParts;
  readonly marks: SharedArrayBuffer;
}

/** Main thread to a channel's thread. */
export type ToChannel =
  /** The channel is known and free, or the SYNC is reached by all: read on. */
  { readonly kind: 'proceed' } | { readonly kind: 'count' };

/** A channel's thread to the main thread. */
export type FromChannel =
  | { readonly kind: 'listening' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'hello'; readonly channel: number; readonly threadId: number }
  | { readonly kind: 'sync'; readonly sync: number }
  | { readonly kind: 'counted'; readonly counts: ChannelCounts }
  | { readonly kind: 'end'; readonly counts: ChannelCounts; readonly numbers: NumbersCounted }
  | { readonly kind: 'failed'; readonly failure: ReceiverFailure };
