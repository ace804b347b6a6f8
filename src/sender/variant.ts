// The interface of a variant: one design of the hand-off between the provider and its senders.
import type { MessagePort } from 'node:worker_threads';
import type { Layout, Names, Table } from '../memory/layout.js';
import type { Scan } from '../memory/scan.js';
import type { BatchIndex } from '../ram/batches.js';
import type { EventEnd, Opener, OpenWords } from './words.js';

export type { BatchIndex, EventEnd };

/** What a sender is asked to do: a batch to send (0 and up), SYNC or EXIT. A small integer: nothing is allocated. */
export type SendRequest = number;
export const SYNC = -1;
export const EXIT = -2;

/** How many of everything a run has. */
export interface Shape {
  readonly channels: number;
  readonly requesters: number;
  /** Batches in flight on each channel. */
  readonly depth: number;
  /** Batches of a channel that the provider publishes together, up to the depth; absent, each by itself. */
  readonly publishEvery?: number | undefined;
}

/** What one thread is opened with, made inside that thread. */
export interface Place<T extends Table = Table> extends Opener<T> {
  readonly shape: Shape;
  readonly words: Int32Array;
  /** True once the run is over or has failed; a latch. */
  readonly exiting: boolean;
  /** True where invariants are asserted; timing runs switch it off. */
  readonly checking: boolean;
  /**
   * Opens words and primitives by name, each as its name is read: `open()` all of the table, `open(channel)` those of one
   * channel. An entry that has no `count` is the same in both.
   */
  readonly open: OpenWords<T>;
  /** How to search the words of `name`, whose entry in the table says `scan`. */
  scan(name: Names<T, 'atomic'>): Scan;
  /** The message port to channel `index` (on the provider), to requester `index` (on a sender). */
  port(index: number): MessagePort;
  /** Does the sender's work for a request: writes, counts, empties the batch. Inline designs and pools call it. */
  perform(channel: number, request: SendRequest): void;
  /** One object shared by everything that this variant opens on this thread: what tasks of one event loop share. */
  local<S>(make: () => S): S;
  /** Calls back when the run ends: how a wait on the event loop learns of it. */
  onExit(leave: () => void): void;
}

export type Waits = 'blocks' | 'event-loop';
/** A value now, or, on an event loop, perhaps later. */
export type Later<V, W extends Waits> = W extends 'blocks' ? V : V | Promise<V>;

/** The provider's end: QEMU's migration thread. */
export interface Provider<W extends Waits = 'blocks'> {
  /** Hands over a full batch (`multifd_send_pages`); returns an empty one in exchange, or EXIT. It may publish late. */
  sendPages(full: BatchIndex): Later<BatchIndex, W>;
  /** For the checker alone: see Sender. */
  digest?(): string;
  /** Publishes what is late; called before a sync and before the provider idles: at a pace, or between slices. */
  flush?(): void;
  /** First loop of a sync (`multifd_send_sync_main`): asks every channel for a SYNC. Returns false when exiting. */
  signalSync(): Later<boolean, W>;
  /** Second loop of it: returns true once every channel has written its SYNC, false when exiting. */
  collectSync(): Later<boolean, W>;
}

/** A sender's end: the loop of `multifd_send_thread`. A lock may be held from `next` to `complete`. */
export interface Sender<W extends Waits = 'blocks'> {
  /** Waits for the next request. SYNC comes only after every batch that was handed over before it. */
  next(): Later<SendRequest, W>;
  /** The request is done; its batch has been emptied. */
  complete(request: SendRequest): void;
  /**
   * For the checker alone: all that this end remembers from one call to the next. Without it every history is told
   * apart, which is fine for designs that do not try again.
   */
  digest?(): string;
  /** Upstream's error path after a failed write (`multifd_send_kick_main`); on the repaired path the framework closes every primitive instead. */
  fail?(): void;
}

/** How a provider or a sender is opened on its thread. */
type Opens<T extends Table, End, LaterEnd> =
  | { readonly waits: 'blocks'; open(place: Place<T>, index: number): End }
  | { readonly waits: 'event-loop'; open(place: Place<T>, index: number): LaterEnd };

export type OpensProvider<T extends Table> = Opens<T, Provider, Provider<'event-loop'>>;
/** Runs a task on the thread that serves a channel, after the tasks before it; resolves with what `serve` returned. */
export type RunTask = (channel: number, task: unknown) => Promise<unknown>;

/**
 * A thread of its own, or a task on the provider's event loop, or nobody: the provider does the work itself. Or a thread
 * that the design brings along, one per channel, as a pool does: it calls the export `serve` of a module for each task.
 */
export type OpensSender<T extends Table> =
  | Opens<T, Sender, Sender<'event-loop'>>
  | {
      readonly waits: 'event-loop';
      readonly on: 'provider';
      open(place: Place<T>, index: number): Sender<'event-loop'>;
    }
  | {
      readonly waits: 'own-threads';
      /** Starts them on the provider's thread, where none are left from an earlier cell. `module`: a path. */
      start(place: Place<T>, module: string): Promise<RunTask>;
    }
  | { readonly waits: 'never' };

export interface Variant<T extends Table = Table> {
  /** Kebab-case; equals the registry key, the table row and the result key. */
  readonly name: string;
  /** The mechanism in one sentence; when to use it in a second. */
  readonly summary: string;
  readonly family: 'mutex' | 'lock-free' | 'message' | 'inline';
  /** Batches in flight on each channel that the design can hold. QEMU's designs: [1, 1]. */
  readonly depth: readonly [least: number, most: number];
  readonly requesters: 'one' | 'threads';
  /**
   * How many batches of a channel it publishes together: as many as `publishEvery` asks for, or as it sees fit, one at a
   * time below depth 4. It then publishes all before it sleeps and in `flush`. Absent, one at a time.
   */
  readonly publishesLate?: 'as-asked' | 'as-it-sees-fit';
  /** Why it cannot run here, as when a package is not installed; undefined where it can. */
  unavailable?(): string | undefined;
  /** The shared words of the design. */
  state(shape: Shape): Layout<T>;
  /** How many batches there are in all; 0 to R-1 start with the R requesters. */
  batches(shape: Shape): number;
  /** Lays the other batches, before any thread runs. */
  init?(place: Place<T>): void;
  readonly provider: OpensProvider<T>;
  readonly sender: OpensSender<T>;
}

/** Declares a variant; the table that `state` returns types every name the variant uses. Afterwards nobody needs it. */
export function defineVariant<const T extends Table>(variant: Variant<T>): Variant {
  return variant as unknown as Variant;
}

/** Makes one of something for each channel. */
export function perChannel<S>({ channels }: Shape, make: (channel: number) => S): S[] {
  return Array.from({ length: channels }, (_, channel) => make(channel));
}
