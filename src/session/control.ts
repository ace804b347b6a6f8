// The control words of one cell: the framework's table, then the variant's, over one shared memory.
import { Event } from '../memory/event.js';
import { HISTOGRAM_COUNTERS, LatencyHistogram, mergeCounts } from '../memory/latency-histogram.js';
import { layout, type Placed, place } from '../memory/layout.js';
import { openLock } from '../memory/locks.js';
import { openScan, type Scan, type ScanKind } from '../memory/scan.js';
import { Semaphore } from '../memory/semaphore.js';
import type { SharedMemory } from '../memory/shared-memory.js';
import { Batches, batchWords } from '../ram/batches.js';
import { BatchStamps, STAMP_WORDS } from '../sender/batch-stamps.js';
import { LATENCIES, type LatencyName } from '../sender/hand-off-clock.js';
import type { Variant } from '../sender/variant.js';
import { BurstSyncs } from './burst-syncs.js';
import { type Cell, isTimed, keepsHistograms, shapeOf } from './cell.js';
import { Dosing, doseTable } from './dose.js';
import { Rest } from './rest.js';

const framework = (cell: Cell, batches: number) =>
  layout({
    exiting: { kind: 'atomic', writer: 'whoever ends the run; once' },
    packetNumber: { kind: 'atomic', writer: 'senders, as they prepare packets' },
    opened: { kind: 'atomic', writer: 'threads that a design brings, each once its channel is open' },
    rest: { kind: 'event', writer: 'the first requester before a slice, and senders as they wake for it' },
    allowed: { kind: 'atomic', writer: 'the first requester, before a slice' },
    risen: { kind: 'atomic', writer: 'senders, as they wake for a slice' },
    gate: { kind: 'event', writer: 'requesters, as they reach the start of a slice' },
    arrived: { kind: 'atomic', writer: 'requesters, as they reach the start of a slice' },
    held: { kind: 'atomic', writer: 'requesters but the first, before a sync' },
    synced: { kind: 'atomic', writer: 'the first requester, after a sync' },
    askedSyncs: { kind: 'atomic', writer: 'the first requester among bursts, before a sync' },
    lastSync: {
      kind: 'atomic',
      writer: 'the first requester among bursts, before the last sync of a turn',
      beside: 'askedSyncs',
    },
    handedOver: { kind: 'plain', writer: 'a requester but the first, before it is held', count: cell.requesters },
    jobsAtSync: { kind: 'plain', writer: 'the sender, before its SYNC is complete', count: cell.channels },
    syncWritten: { kind: 'plain', writer: 'the sender, before its SYNC is complete', count: cell.channels, words: 2 },
    batches: {
      kind: 'plain',
      writer: 'whoever owns the batch',
      count: batches,
      words: batchWords(cell.pagesPerBatch),
    },
    stamps: {
      kind: 'plain',
      writer: 'whoever owns the batch, in timed runs',
      count: isTimed(cell) ? batches : 0,
      words: STAMP_WORDS,
    },
    latencies: {
      kind: 'plain',
      writer: 'a requester, in timed runs',
      count: keepsHistograms(cell) ? cell.requesters * LATENCIES.length : 0,
      words: HISTOGRAM_COUNTERS,
    },
  });

/** Words that a dump leaves out: there are too many, and a hang is not in them. */
const NOT_DUMPED = new Set(['batches', 'stamps', 'latencies']);

/** Every thread of a cell makes one over the same memory; all of its state is in the memory. */
export class Control {
  readonly words: Int32Array;
  readonly batches: Batches;
  readonly variantWords: Placed;
  readonly dosing: Dosing;
  /** In a cell whose senders sleep between slices. */
  readonly rest: Rest | undefined;
  /** How the other requesters learn of syncs, where they hand over in bursts. */
  readonly burstSyncs: BurstSyncs;
  /** What the other requesters had handed over when they were last held; the first requester's. */
  jobsOfOthers = 0;
  private readonly doseWords: Placed<ReturnType<typeof doseTable>['table']>;
  private readonly own: Placed<ReturnType<typeof framework>['table']>;
  private readonly exitingWord: number;
  private readonly requesters: number;
  private readonly times: Float64Array;
  private readonly batchCount: number;
  private readonly memory: SharedMemory;

  constructor(memory: SharedMemory, cell: Cell, variant: Variant) {
    const { own, variantWords, doseWords } = lay(cell, variant);
    this.memory = memory;
    this.words = new Int32Array(memory.buffer);
    this.own = own;
    this.variantWords = variantWords;
    this.doseWords = doseWords;
    this.dosing = new Dosing(cell.dose, this.words, doseWords, variantWords);
    this.exitingWord = own.word('exiting');
    const resting = { allowed: own.word('allowed'), risen: own.word('risen') };
    const gate = new Event(this.words, own.word('rest'));
    this.rest = cell.rests ? new Rest(this.words, gate, resting, cell.channels) : undefined;
    this.burstSyncs = new BurstSyncs(this.words, own.word('askedSyncs'), own.word('lastSync'));
    this.requesters = cell.requesters;
    this.times = new Float64Array(memory.buffer);
    this.batchCount = variant.batches(shapeOf(cell));
    const [first, stride] = this.rows('batches');
    this.batches = new Batches(this.words, first, stride, cell.pagesPerBatch);
  }

  /** The scan of words of the design: as its table says, or as the cell does. */
  scan(name: string, asked: ScanKind = 'plain'): Scan {
    const { scan } = this.variantWords.entry(name);
    return openScan(scan === undefined || scan === 'asked' ? asked : scan, this.memory, this.variantWords.rows(name));
  }

  /** The stamps of all batches, in a timed cell. */
  stamps(): BatchStamps {
    return new BatchStamps(this.words, ...this.rows('stamps'));
  }

  private rows(name: 'batches' | 'stamps'): [first: number, stride: number] {
    const first = this.own.word(name, 0);
    return [first, this.batchCount > 1 ? this.own.word(name, 1) - first : 0];
  }

  /** The histograms of one requester, in a timed cell. */
  histograms(requester: number): Record<LatencyName, LatencyHistogram> {
    const open = (number: number) =>
      new LatencyHistogram(this.words, this.own.word('latencies', requester * LATENCIES.length + number));
    return perLatency((_, number) => open(number));
  }

  /** What the requesters of a timed cell have recorded since the last call, added up; between slices only. */
  takeLatencies(): Record<LatencyName, readonly number[]> {
    const all = Array.from({ length: this.requesters }, (_, requester) => this.histograms(requester));
    return perLatency((name) => mergeCounts(all.map((histograms) => histograms[name].take())));
  }

  /** Bytes of shared memory that a cell needs. */
  static bytes(cell: Cell, variant: Variant): number {
    return lay(cell, variant).doseWords.end * Int32Array.BYTES_PER_ELEMENT;
  }

  /** A sign of life for who watches a slow opening. */
  channelOpened(): void {
    // Standalone: a count that only the fingerprint reads.
    Atomics.add(this.words, this.own.word('opened'), 1);
  }

  /** Sets every word to 0; before any thread of the cell runs. */
  clear(): void {
    this.words.fill(0, 0, this.doseWords.end);
  }

  get exiting(): boolean {
    // Standalone: a latch; who sees it late is woken by a closed primitive.
    return Atomics.load(this.words, this.exitingWord) !== 0;
  }

  /** Sets exiting. Upstream's error path stops here; ours closes every primitive too, so that nobody stays asleep. */
  exit(closing: boolean): void {
    // Publishes exiting before the primitives are closed. Pairs with Atomics.load(exitingWord) in exiting().
    Atomics.store(this.words, this.exitingWord, 1);
    if (closing) this.close();
  }

  private close(): void {
    for (const table of [this.variantWords, this.own, this.doseWords]) {
      for (const entry of table.entries()) {
        if (entry.kind === 'lock') openLock(this.words, entry).close();
        else if (entry.kind === 'semaphore') new Semaphore(this.words, entry.word).close();
        else if (entry.kind === 'event') new Event(this.words, entry.word).close();
      }
    }
  }

  /** QEMU's packet_num: a number for each packet, unique over all channels, from 0. */
  nextPacketNumber = (): number => {
    // Standalone: only its uniqueness matters.
    return Atomics.add(this.words, this.own.word('packetNumber'), 1);
  };

  /** Packets that have been numbered so far. */
  get packets(): number {
    // Standalone: a glance, for a progress line.
    return Atomics.load(this.words, this.own.word('packetNumber'));
  }

  /** Makes all requesters start slice number `slice` (from 1) together. */
  passGate(slice: number): boolean {
    const gate = new Event(this.words, this.own.word('gate'));
    const arrived = this.own.word('arrived');
    // Publishes the arrival before the wake. Pairs with Atomics.load(arrived) in passGate().
    Atomics.add(this.words, arrived, 1);
    gate.wake();
    // Sees the arrivals of the others. Pairs with Atomics.add(arrived) in passGate().
    return gate.until(() => Atomics.load(this.words, arrived) >= slice * this.requesters);
  }

  /** Whether all requesters have come to the start of slice number `slice`. */
  hasBegun(slice: number): boolean {
    // Standalone: a glance, for who watches.
    return Atomics.load(this.words, this.own.word('arrived')) >= slice * this.requesters;
  }

  /** Keeps a requester but the first until sync number `sync` (from 1) is over. False when the run ends meanwhile. */
  holdForSync(sync: number, requester: number, jobs: number): boolean {
    const gate = new Event(this.words, this.own.word('gate'));
    const [held, synced] = [this.own.word('held'), this.own.word('synced')];
    // Owned: this requester's until it is held.
    this.words[this.own.word('handedOver', requester)] = jobs;
    // Publishes what it handed over, and how much that is. Pairs with Atomics.load(held) in awaitHeld().
    Atomics.add(this.words, held, 1);
    gate.wake();
    // Sees what the first requester did before the sync was over. Pairs with Atomics.store(synced) in endHold().
    return gate.until(() => Atomics.load(this.words, synced) >= sync);
  }

  /** Waits until all requesters but the first are held for sync number `sync`. False when the run ends meanwhile. */
  awaitHeld(sync: number): boolean {
    const gate = new Event(this.words, this.own.word('gate'));
    const held = this.own.word('held');
    // Sees what the others handed over. Pairs with Atomics.add(held) in holdForSync().
    if (!gate.until(() => Atomics.load(this.words, held) >= sync * (this.requesters - 1))) return false;
    this.jobsOfOthers = 0;
    for (let other = 1; other < this.requesters; other++) {
      // Owned: the first requester's while the other is held.
      this.jobsOfOthers += this.words[this.own.word('handedOver', other)]!;
    }
    return true;
  }

  /** Sync number `sync` is over: lets the held ones go on. */
  endHold(sync: number): void {
    // Publishes the end before the wake. Pairs with Atomics.load(synced) in holdForSync().
    Atomics.store(this.words, this.own.word('synced'), sync);
    new Event(this.words, this.own.word('gate')).wake();
  }

  /** Leaves a channel's count of jobs for the provider to check after the sync. */
  publishJobs(channel: number, jobs: number): void {
    // Owned: the sender's until the provider has collected its SYNC.
    this.words[this.own.word('jobsAtSync', channel)] = jobs;
  }

  /** Leaves when a channel's SYNC was written, for the provider to read after the sync. */
  publishSyncTime(channel: number, writtenNs: number): void {
    // Owned: the sender's until the provider has collected its SYNC.
    this.times[this.own.word('syncWritten', channel) / 2] = writtenNs;
  }

  /** When each channel had written its last SYNC. */
  syncTimes(channels: number): number[] {
    // Owned: the provider's between collecting a sync and signalling the next.
    return Array.from({ length: channels }, (_, channel) => this.times[this.own.word('syncWritten', channel) / 2]!);
  }

  /** Jobs that the channels had done when they wrote their last SYNC. */
  jobsAtSync(channels: number): number {
    let jobs = 0;
    // Owned: the provider's between collecting a sync and the next job.
    for (let channel = 0; channel < channels; channel++) jobs += this.words[this.own.word('jobsAtSync', channel)]!;
    return jobs;
  }

  /** Differs, but for rare chance, when any shared word has changed: how a watchdog tells slow from hung. */
  fingerprint(): number {
    let sum = 0;
    // Standalone: a glance at words that others write; what it misses now it sees at the next one.
    for (let word = 0; word < this.doseWords.end; word++) sum = (Math.imul(sum, 31) + this.words[word]!) | 0;
    return sum;
  }

  /** Every shared word that is not 0, by name, for the report of a hang. Batches are left out. */
  dump(): string[] {
    const lines: string[] = [];
    for (const table of [this.own, this.variantWords, this.doseWords]) {
      for (const { name, index, word, words } of table.entries()) {
        if (NOT_DUMPED.has(name)) continue;
        const values = [...this.words.subarray(word, word + words)];
        if (values.some((value) => value !== 0)) lines.push(`${name}[${index}] = ${values.join(', ')}`);
      }
    }
    return lines;
  }
}

function lay(cell: Cell, variant: Variant) {
  const shape = shapeOf(cell);
  const own = place(framework(cell, variant.batches(shape)), 0);
  const variantWords = place(variant.state(shape), own.end, cell.rowBytes);
  const doseWords = place(doseTable(cell.dose, variant.state(shape), cell.channels), variantWords.end);
  return { own, variantWords, doseWords };
}

function perLatency<T>(make: (name: LatencyName, number: number) => T): Record<LatencyName, T> {
  return Object.fromEntries(LATENCIES.map((name, number) => [name, make(name, number)])) as Record<LatencyName, T>;
}
