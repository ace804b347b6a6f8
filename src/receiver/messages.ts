// What a receiver process says to its parent and to its threads, and hears from them.
import type { RamParts } from '../ram/ram.js';
import type { Announcement } from '../wire/announcement.js';
import type { NumbersCounted } from '../wire/packet-numbers.js';
import type { StreamBlock } from '../wire/stream-block.js';
import type { ChannelCounts, MainCounts, ReceiverFailure, ReceiverPlan, ReceiverReport } from './plan.js';

/** Grows when a message changes its meaning. */
export const RECEIVER_VERSION = 4;
/** Connections without the token that are turned away; one more ends the reception. */
export const MOST_STRANGERS = 16;
/** How the process is started; after these come its numbers of the listening socket. */
export const STDIO = ['ignore', 'inherit', 'inherit', 'ipc'] as const;

/**
 * How many numbers of the listening socket the process gets: one a thread, one that refuses what comes later, and where a
 * token is asked for one for each stranger: the thread that met it then takes another connection.
 */
export function listeningNumbers(plan: ReceiverPlan): number {
  const strangers = plan.token === undefined ? 0 : MOST_STRANGERS;
  return connections(plan) + (refusesMore(plan) ? 1 : 0) + strangers;
}

/** Whether a connection ends the reception that comes when all have. */
export function refusesMore({ blocks, oneMoreFails }: ReceiverPlan): boolean {
  return blocks === undefined || oneMoreFails === true;
}

/** How many connections make a migration: the channels, and a main stream that says what blocks there are. */
export function connections({ channels, blocks }: ReceiverPlan): number {
  return channels + (blocks === undefined ? 1 : 0);
}

/** Parent to process, as JSON. */
export type ToReceiver =
  | { readonly kind: 'start'; readonly version: number; readonly plan: ReceiverPlan }
  /** From now on the first so many channels take part in SYNCs; when all are at rest. */
  | { readonly kind: 'participants'; readonly channels: number }
  | { readonly kind: 'count' };

/** Process to parent, as JSON. */
export type FromReceiver =
  | { readonly kind: 'listening' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'counted'; readonly channels: readonly ChannelCounts[] }
  | { readonly kind: 'done'; readonly report: ReceiverReport }
  | { readonly kind: 'failed'; readonly failure: ReceiverFailure };

/** Two words, a count and a flag, and as a number the time of the first byte of a packet, in milliseconds since 1970. */
export const ARRIVALS_BYTES = 16;
export const [CAME_ANYWHERE, FIRST_PACKET_CAME] = [0, 1];
/** Among 8-byte numbers. */
export const FIRST_PACKET_AT = 1;

/** What a thread is started with. It takes one connection, and learns from it what it is. */
export interface LineStart {
  readonly plan: ReceiverPlan;
  /** Its own number of the listening socket. */
  readonly listening: number;
  /** Of the whole reception: what came over any line. */
  readonly arrivals: SharedArrayBuffer;
}

/** The RAM, as the threads share it. */
export interface Memory {
  readonly blocks: readonly StreamBlock[];
  readonly parts: RamParts;
  readonly marks: SharedArrayBuffer;
}

/** One connection: a channel, or the main stream. */
export type Line = number | 'main';

/** Main thread to the thread of a line. */
export type ToLine =
  /** The line is known and free, and the RAM is there: read on. */
  | { readonly kind: 'begin'; readonly memory: Memory }
  /** The SYNC is reached by all: read on. */
  | { readonly kind: 'proceed' }
  /** Take another connection, from this number of the listening socket. */
  | { readonly kind: 'again'; readonly listening: number }
  /** How the reception ended, for a sender that announced itself. Then the connection ends. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'count' };

/** The thread of a line to the main thread. */
export type FromLine =
  | { readonly kind: 'listening' }
  | { readonly kind: 'connected' }
  /** A connection came without the token, and is closed. */
  | { readonly kind: 'stranger' }
  /** The sender wants an answer in the end. */
  | { readonly kind: 'announced'; readonly announcement: Announcement }
  /** The answer was given, where one was wanted, and the connection has ended. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'hello'; readonly line: Line; readonly threadId: number }
  | { readonly kind: 'blocks'; readonly blocks: readonly StreamBlock[] }
  /** `pages`: of all kinds that came over the line so far. */
  | { readonly kind: 'sync'; readonly pages: number }
  | { readonly kind: 'counted'; readonly counts: ChannelCounts }
  | { readonly kind: 'end'; readonly counts: ChannelCounts; readonly numbers: NumbersCounted }
  | { readonly kind: 'main-end'; readonly counts: MainCounts }
  | { readonly kind: 'failed'; readonly failure: ReceiverFailure };
