// A cell: one point of the matrix that is measured, with every axis spelt out. Plain data, the same in every process.

import type { WriteFault } from '../faults/fault.js';
import type { ScanKind } from '../memory/scan.js';
import type { ThreadTimes } from '../os/thread-times.js';
import type { RamSource } from '../ram/image.js';
import type { Shape } from '../sender/variant.js';
import type { StreamVersion } from '../wire/main-stream-writer.js';
import type { CodecName } from '../wire/packet.js';
import type { Accesses } from './access-counter.js';

/** How long a waiter looks again before it parks: not at all, for a time, or as long as looking has been worth it. */
export type Wait = 'park' | 'adaptive' | { readonly spinNs: number };

/** Who finds pages of zeros: nobody, the provider's thread, or the sender's, which names them in its packets (QEMU's names). */
export type ZeroPages = 'none' | 'legacy' | 'multifd';

/**
 * A dose of something costly, put where a design already has it, to fit what one unit costs. `lock`: each
 * taking of a lock is followed by so many pairs of lock and unlock that nobody contends. `mutex`: each lock is so many
 * more locks, on cache lines of their own, taken and given back with it. `notify`: each post and wake notifies nobody so often.
 * `hold`: a batch's write takes so many nanoseconds longer.
 */
export interface Dose {
  readonly kind: 'lock' | 'mutex' | 'notify' | 'hold';
  readonly amount: number;
}

export interface Cell {
  readonly variant: string;
  readonly workload: 'throughput' | 'hand-off' | 'sync' | 'device-state' | 'precopy' | 'transfer' | 'ceiling';
  readonly channels: number;
  readonly requesters: number;
  /** Batches in flight a channel. */
  readonly depth: number;
  /** Batches of a channel that are published together, where a design can. Absent, each by itself. */
  readonly publishEvery?: number | undefined;
  /** Bytes a page. */
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly transport: string;
  readonly codec: CodecName;
  readonly zeroPages: ZeroPages;
  /** Of a transfer to a QEMU: the version of the main stream that goes with the channels. */
  readonly mainStream?: StreamVersion;
  /** Hand-off only: an open loop at this share of the capacity. Absent, one batch is in flight at a time. */
  readonly load?: number | undefined;
  /** What `load` comes to, in jobs a second: known once the capacity is measured. */
  readonly offeredPerSecond?: number | undefined;
  /** Sync only: what the channels do when it starts. Absent, all have just been given a batch. */
  readonly syncLoad?: 'idle' | 'slow' | undefined;
  /** Device state only; absent, as `DEVICE_DEFAULTS` says: bytes of a chunk, chunks of a burst, and the pause after each. */
  readonly chunkBytes?: number | undefined;
  readonly burstChunks?: number | undefined;
  readonly pauseNs?: number | undefined;
  /** Calibrated work before each batch on the provider, and for each batch on its sender, in nanoseconds. Default 0. */
  readonly providerWorkNs?: number | undefined;
  readonly senderWorkNs?: number | undefined;
  readonly providerWait: Wait;
  readonly senderWait: Wait;
  readonly place: Placement;
  /** How a provider searches for a free channel, in designs that leave it open. Absent, it is `plain`. */
  readonly scan?: ScanKind | undefined;
  /** False notifies at every post and wake, asleep or not: the ablation of notify elision. */
  readonly elide: boolean;
  /** Bytes between the words of two writers: 128, or less for the ablation of false sharing. */
  readonly rowBytes: number;
  /** True asserts the invariants at every step; timing runs leave it off. */
  readonly checking: boolean;
  /** `upstream` keeps the hang that QEMU has when a write fails during a sync. */
  readonly errorPath: 'repaired' | 'upstream';
  readonly dose?: Dose | undefined;
  /** What is timed counts as longer by this share: a known difference, for calibrations. */
  readonly stretch?: number;
  /** True lets its senders sleep from a slice's last sync to the next slice: spinning, they would take others' CPUs. */
  readonly rests?: boolean;
  /** What goes wrong on purpose. */
  readonly faults?: readonly WriteFault[];
  /** Seeds random delays at shared accesses; absent, there are none. */
  readonly delaySeed?: number;
  /** True counts every shared access of the design, which slows all of them: in a process that nothing is timed in. */
  readonly counting?: boolean;
}

/** The axes that most cells leave as they are: one requester, depth 1, QEMU's smallest page, everything parks and is pinned. */
export const CELL_DEFAULTS = {
  requesters: 1,
  depth: 1,
  pageSize: 4096,
  codec: 'none',
  zeroPages: 'none',
  providerWait: 'park',
  senderWait: 'park',
  place: 'spread',
  elide: true,
  rowBytes: 128,
  checking: false,
  errorPath: 'repaired',
} as const satisfies Partial<Cell>;

/**
 * Device state as QEMU hands it over. Chunks are what its VFIO devices are read by (VFIO_MIG_DEFAULT_DATA_BUFFER_SIZE).
 * How many come at once it does not say: a burst of 4 MiB every 5 ms and more is up to 0.8 GB/s for each device, what 400 MiB
 * within half a second come to, as in the numbers that came with the series for 10.0.
 */
export const DEVICE_DEFAULTS = { chunkBytes: 1 << 20, burstChunks: 4, pauseNs: 5e6 } as const;

/** Pages that the bytes of a chunk fill. */
export function chunkPages({ chunkBytes = DEVICE_DEFAULTS.chunkBytes, pageSize }: Cell): number {
  return Math.max(1, Math.ceil(chunkBytes / pageSize));
}

/** The shape of a cell, as variants see it. */
export function shapeOf({ channels, requesters, depth, publishEvery }: Cell): Shape {
  return { channels, requesters, depth, publishEvery };
}

/** Timed cells read the clock at every hand-over: they tell latencies, and their throughput is not compared. */
export function isTimed({ workload }: Cell): boolean {
  return workload === 'hand-off';
}

/** Cells that keep a histogram of single events: of hand-offs, or of waits among device state. */
export function keepsHistograms({ workload }: Pick<Cell, 'workload'>): boolean {
  return workload === 'hand-off' || workload === 'device-state';
}

/** Where threads are pinned: over the CPUs in turn, all on the first, or nowhere. */
export type Placement = 'spread' | 'same' | 'none';

/** What the processes of a round are opened with. */
export interface FleetPlan {
  readonly senders: number;
  readonly requesters: number;
  readonly ram: RamSource;
  /** A cell that shows no sign of life for so long is ended as hung, in milliseconds. */
  readonly watchdogMs: number;
  /** A write whose peer takes nothing for so long is ended, and its cell with it. Default 1500, in milliseconds. */
  readonly stallMs?: number;
}

export type ThreadRole = 'provider' | 'sender';

/** What the threads of a cell say after it: exact counts over all its slices, warm-up included. */
export interface VisitReport {
  readonly jobs: number;
  readonly pages: number;
  readonly syncs: number;
  /** Jobs that were chunks of a device's state. */
  readonly chunks?: number;
  readonly jobsPerChannel: readonly number[];
  /** Of the provider of RAM first. Absent from older builds, as chunks. */
  readonly jobsPerRequester?: readonly number[];
  /** CPU time of the provider and of the senders, in nanoseconds. */
  readonly providerCpuNs: number;
  readonly sendersCpuNs: number;
  /** What each thread used, opening and closing included. */
  readonly threads: readonly (ThreadTimes & { readonly role: ThreadRole })[];
  readonly parks: number;
  readonly notifiesSent: number;
  readonly notifiesWoken: number;
  readonly lockSlowPaths: number;
  /** Of a counting cell. */
  readonly accesses?: Accesses;
  /** False where `taskset` is missing or placement is none. */
  readonly pinned: boolean;
}

/** Why a cell failed: the first cause, and, where it hung, what the shared words held. */
export class CellFailure extends Error {
  override readonly name = 'CellFailure';
  readonly dump: readonly string[];
  /** Of cells side by side: which one failed. */
  readonly lane: number;

  constructor(message: string, dump: readonly string[] = [], lane = 0) {
    super(message);
    this.dump = dump;
    this.lane = lane;
  }
}
