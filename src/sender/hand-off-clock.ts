/**
 * The provider's clock of a timed run: paces hand-overs, and turns the stamps of the batches that come back into latencies.
 *
 *   closed loop, one in flight                  open loop, at a given rate
 *   handoff  published -> seen free again       intended start -> written
 *   taken    published -> taken by its sender   intended start -> taken by its sender
 *   freed    written   -> seen free again       -
 *
 * The intended start is when the hand-over was due, whether or not the provider got to it then: a sender that stalls
 * delays all that was due meanwhile, and each of those delays counts.
 */
import type { LatencyHistogram } from '../memory/latency-histogram.js';
import { now } from '../os/clock.js';
import type { BatchIndex } from '../ram/batches.js';
import type { BatchStamps } from './batch-stamps.js';

/** What is told apart of a hand-off. */
const PARTS = ['handoff', 'taken', 'freed'] as const;
type Part = (typeof PARTS)[number];

/** All that has a histogram of its own: the parts of a hand-off, and how long requesters of each kind wait for theirs. */
export const LATENCIES = [...PARTS, 'ramWait', 'deviceWait'] as const;
export type LatencyName = (typeof LATENCIES)[number];
/** Something for each; waits are absent from older builds and files. */
export type ByLatency<T> = Readonly<Record<Part, T>> & Readonly<Partial<Record<LatencyName, T>>>;

/** What the provider's primitives saw during one `sendPages`; 0 where it did not happen. */
export class Moments {
  /** A wait for a free channel ended. */
  waited = 0;
  /** The last post or wake began: the batch was published just before. */
  posted = 0;
}

export interface HandOffClockParts {
  readonly batches: number;
  readonly stamps: BatchStamps;
  readonly histograms: Readonly<Record<Part, LatencyHistogram>>;
  readonly moments: Moments;
  /** Tasks of the provider's event loop run before `sendPages` comes back: only the whole is told. */
  readonly sendersAreTasks: boolean;
  /** Open loop: between the intended starts. Absent, the loop is closed. */
  readonly intervalNs?: number | undefined;
  /** Every latency counts as longer by this share: a known difference, for calibrations. */
  readonly stretch?: number | undefined;
}

const MOST_SAMPLES = 4096;

export class HandOffClock {
  /** Open loop: hand-overs of this slice, and when the last one returned. */
  private handed = 0;
  private lastNs = 0;
  private firstNs = 0;
  /** When each batch under way began to count; 0 where none is, or it does not count. */
  private readonly started: Float64Array;
  private readonly parts: HandOffClockParts;
  private calledNs = 0;
  private recording = true;
  private readonly factor: number;
  /** The latencies since `begin`, as many as there is room for: a turn has few. */
  private readonly samples: Readonly<Record<Part, Float64Array>>;
  private readonly sampled: Record<Part, number> = { handoff: 0, taken: 0, freed: 0 };

  constructor(parts: HandOffClockParts) {
    this.parts = parts;
    this.started = new Float64Array(parts.batches);
    this.factor = 1 + (parts.stretch ?? 0);
    const room = parts.intervalNs === undefined ? MOST_SAMPLES : 0;
    this.samples = {
      handoff: new Float64Array(room),
      taken: new Float64Array(room),
      freed: new Float64Array(room),
    };
  }

  /** A slice begins; what is under way does not belong to it. */
  begin(): void {
    this.started.fill(0);
    for (const name of PARTS) this.sampled[name] = 0;
    this.recording = true;
    this.handed = 0;
    this.firstNs = now();
    this.lastNs = this.firstNs;
  }

  /** When the next hand-over is due; 0 in a closed loop. */
  get dueNs(): number {
    const { intervalNs } = this.parts;
    return intervalNs === undefined ? 0 : this.firstNs + this.handed * intervalNs;
  }

  /** `sendPages` is about to be called. */
  call(): void {
    const { moments } = this.parts;
    moments.waited = 0;
    moments.posted = 0;
    this.calledNs = now();
  }

  /** `sendPages` handed `full` over and brought `empty` back, whose stamps are the provider's now. */
  returned(full: BatchIndex, empty: BatchIndex): void {
    const { moments, sendersAreTasks } = this.parts;
    const returnedNs = now();
    const publishedNs = sendersAreTasks ? returnedNs : moments.posted || this.calledNs;
    this.started[full] = this.dueNs || publishedNs;
    this.handed++;
    this.lastNs = returnedNs;
    this.settle(empty, sendersAreTasks ? returnedNs : moments.waited || moments.posted || returnedNs);
  }

  /**
   * A slice is over, and synced. What is still out was written long ago: in an open loop that is all there is to know of
   * it, in a closed loop nobody looked when it became free.
   */
  finish(): { readonly offeredNs: number; readonly takenNs: number } | undefined {
    const { intervalNs } = this.parts;
    if (intervalNs === undefined) {
      this.started.fill(0);
      return undefined;
    }
    for (let batch = 0; batch < this.started.length; batch++) this.settle(batch, 0);
    return { offeredNs: (this.handed - 1) * intervalNs, takenNs: this.lastNs - this.firstNs };
  }

  /**
   * Ends a turn, whose last batches are none of its samples: the middle of each latency since `begin`, in nanoseconds; a
   * design that lacks a part has none of it.
   */
  medians(): Partial<Record<Part, number>> {
    this.recording = false;
    const medians: Partial<Record<Part, number>> = {};
    for (const name of PARTS) {
      const sorted = this.samples[name].subarray(0, this.sampled[name]).sort();
      const middle = sorted.length >> 1;
      if (sorted.length > 0) medians[name] = (sorted[middle]! + sorted[(sorted.length - 1) >> 1]!) / 2;
    }
    return medians;
  }

  private settle(batch: BatchIndex, seenFreeNs: number): void {
    const startedNs = this.started[batch]!;
    if (startedNs === 0) return;
    this.started[batch] = 0;
    const { stamps, histograms, intervalNs, sendersAreTasks } = this.parts;
    const doneNs = stamps.doneAt(batch);
    if (intervalNs !== undefined) {
      histograms.taken.record(stamps.takenAt(batch) - startedNs);
      histograms.handoff.record(doneNs - startedNs);
      return;
    }
    this.record('handoff', seenFreeNs - startedNs);
    if (sendersAreTasks) return;
    this.record('taken', stamps.takenAt(batch) - startedNs);
    this.record('freed', seenFreeNs - doneNs);
  }

  private record(name: Part, nanoseconds: number): void {
    if (!this.recording) return;
    const counted = nanoseconds * this.factor;
    this.parts.histograms[name].record(counted);
    const samples = this.samples[name];
    if (this.sampled[name] < samples.length) samples[this.sampled[name]++] = counted;
  }
}
