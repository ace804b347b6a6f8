// Any sequence of queuePage, sync, fault and close keeps I1 to I7, on real threads: this thread provides.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registry } from '../../variants/index.js';
import type { WriteFault } from '../faults/fault.js';
import { isLong } from '../fixtures/tier.js';
import { createSharedMemory, ensureBytes } from '../memory/shared-memory.js';
import { Ram } from '../ram/ram.js';
import { PageQueue } from '../sender/page-queue.js';
import { addTallies } from '../sender/tally.js';
import type { Variant } from '../sender/variant.js';
import { sampleOf } from '../transport/memory.js';
import { CELL_DEFAULTS, type Cell, shapeOf } from './cell.js';
import { checkVisit } from './check.js';
import { Control } from './control.js';
import type { ThreadReport } from './messages.js';
import { ThreadHandle } from './thread-handle.js';
import { ThreadPlace } from './thread-place.js';

const SEED = 11;
const RUNS = isLong ? 250 : 60;
const MOST_CHANNELS = 4;
const PAGE = 4096;
const SILENCE_MS = 4000;

const ram = Ram.allocate([
  { name: 'm0', bytes: 40 * PAGE },
  { name: 'm1', bytes: 7 * PAGE },
]);
for (const piece of ram.pieces()) for (let at = 0; at < piece.length; at++) piece[at] = (at * 7 + (at >> 9)) & 0xff;
const memory = createSharedMemory(1 << 20);
const beats = new Int32Array(new SharedArrayBuffer(8));
let senders: ThreadHandle[] = [];
let watchdog: Worker;
/** Whose both ends block: the others share no words, and are run through in the conformance suite. */
const designs: { name: string; variant: Variant }[] = [];
let visits = 0;

beforeAll(async () => {
  for (const [name, source] of Object.entries(registry)) {
    const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
    const { provider, sender, family } = variant;
    if (provider.waits === 'blocks' && sender.waits === 'blocks' && family !== 'message')
      designs.push({ name, variant });
  }
  senders = Array.from(
    { length: MOST_CHANNELS },
    (_, index) => new ThreadHandle({ role: 'sender', index, ram: ram.share() }),
  );
  await Promise.all(senders.map(({ started }) => started));
  watchdog = new Worker(new URL('./fixtures/watchdog.js', import.meta.url), {
    workerData: { beats: beats.buffer, silenceMs: SILENCE_MS },
  });
}, 60_000);
afterAll(() => Promise.all([...senders.map((each) => each.terminate()), watchdog.terminate()]));

type Step =
  | { readonly kind: 'pages'; readonly block: number; readonly first: number; readonly count: number }
  | { readonly kind: 'flush' }
  | { readonly kind: 'sync' };

interface Script {
  readonly design: number;
  readonly channels: number;
  readonly depth: number;
  readonly pagesPerBatch: number;
  readonly spins: boolean;
  readonly elide: boolean;
  readonly delaySeed: number | undefined;
  readonly faults: readonly WriteFault[];
  readonly steps: readonly Step[];
  /** True syncs before the end; else it is closed with batches under way. */
  readonly syncsLast: boolean;
}

const channel = fc.nat(MOST_CHANNELS - 1);
const kind = fc.constantFrom('fail', 'delay');
const delayMs = fc.option(fc.nat(3), { nil: undefined });
const fault: fc.Arbitrary<WriteFault> = fc.oneof(
  fc.record({ kind, channel, write: fc.nat(12), delayMs }),
  fc.record({ kind, channel, sync: fc.nat(3), delayMs }),
) as fc.Arbitrary<WriteFault>;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pages' as const),
      block: fc.nat(1),
      first: fc.nat(39),
      count: fc.nat(12),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sync' as const) }) },
);
const script: fc.Arbitrary<Script> = fc.record({
  design: fc.nat(1000),
  channels: fc.integer({ min: 1, max: MOST_CHANNELS }),
  depth: fc.constantFrom(1, 2, 3, 8),
  pagesPerBatch: fc.integer({ min: 1, max: 4 }),
  spins: fc.boolean(),
  elide: fc.boolean(),
  delaySeed: fc.option(fc.nat(1000), { nil: undefined }),
  faults: fc.array(fault, { maxLength: 2 }),
  steps: fc.array(step, { maxLength: 30 }),
  syncsLast: fc.boolean(),
});

const beat = () => Atomics.add(beats, 0, 1);

/** Runs it and checks what must hold afterwards. Returns how it ended. */
async function run(script: Script): Promise<'whole' | 'closed' | 'failed'> {
  const { name, variant } = designs[script.design % designs.length]!;
  const [least, most] = variant.depth;
  const wait = script.spins ? { spinNs: 2000 } : 'park';
  const cell: Cell = {
    ...CELL_DEFAULTS,
    ...{ variant: name, workload: 'throughput', transport: 'memory', checking: true, place: 'none' },
    ...{ channels: script.channels, depth: Math.min(most, Math.max(least, script.depth)), elide: script.elide },
    ...{ pagesPerBatch: script.pagesPerBatch, providerWait: wait, senderWait: wait, faults: script.faults },
    ...(script.delaySeed === undefined ? {} : { delaySeed: script.delaySeed }),
  };
  ensureBytes(memory, Control.bytes(cell, variant));
  const control = new Control(memory, cell, variant);
  control.clear();
  variant.init?.(new ThreadPlace(cell, control, 'park', [], () => {}).place);
  const number = ++visits;
  const source = registry[name]!;
  const threads = senders.slice(0, cell.channels).map((thread, index) => thread.join(number, index));
  const opened = threads.map((thread) => thread.opened);
  const watching = once(watchdog, 'message');
  beat();
  watchdog.postMessage({ memory, cell, source });
  for (const [index, { thread }] of threads.entries()) {
    const message = { kind: 'open', visit: number, cell, index, variant: source, memory, begins: 0 } as const;
    thread.post({ ...message, ports: [], lines: undefined });
  }
  await Promise.all([...opened, watching]);

  const place = new ThreadPlace(cell, control, cell.providerWait, [], () => {}).place;
  if (variant.provider.waits !== 'blocks') throw new Error(`${name} waits on an event loop`);
  const provider = variant.provider.open(place, 0);
  const queue = new PageQueue(provider, control.batches, 0);
  let [checksum, syncs, goesOn] = [0, 0, true];
  const sync = (): boolean => {
    if (!queue.flush() || !provider.signalSync() || !provider.collectSync()) return false;
    if (control.exiting) return false;
    syncs++;
    expect(control.jobsAtSync(cell.channels), 'I5: sent when the sync was over').toBe(queue.jobs);
    for (let batch = 0; batch < variant.batches(shapeOf(cell)); batch++) {
      expect(control.batches.count(batch), `I2: batch ${batch} after the sync`).toBe(0);
    }
    return true;
  };
  const queuePages = ({ block, first, count }: Step & { kind: 'pages' }): boolean => {
    for (let page = first; page < first + count; page++) {
      const there = page % ram.pages(block, PAGE);
      if (!queue.queuePage(block, there)) return false;
      checksum = (checksum + sampleOf(ram, block, there, PAGE)) | 0;
    }
    return true;
  };
  for (const each of script.steps) {
    beat();
    goesOn = each.kind === 'pages' ? queuePages(each) : each.kind === 'flush' ? queue.flush() : sync();
    if (!goesOn) break;
  }
  if (goesOn && script.syncsLast) goesOn = sync();
  beat();

  // Nobody is left behind, whatever happened.
  control.exit(true);
  for (const { thread } of threads) thread.post({ kind: 'close', visit: number });
  const reports = await Promise.all(threads.map((thread) => thread.left));
  expect(Atomics.exchange(beats, 1, 0), `${name} hung`).toBe(0);
  const failures = threads.flatMap(({ failure }) => failure ?? []);
  const planned = script.faults.filter(({ kind, channel: where }) => kind === 'fail' && where < cell.channels);
  for (const failure of failures) {
    expect(failure).toMatch(/^channel \d+, write \d+: injected failure$/);
    expect(planned.map(({ channel: where }) => `${where}`)).toContain(/^channel (\d+)/.exec(failure)![1]);
  }
  if (!goesOn) {
    expect(failures.length, 'the run ended without a failure').toBeGreaterThan(0);
    return 'failed';
  }
  const handed = { jobs: queue.jobs, pages: queue.pages, checksum };
  if (script.syncsLast) {
    // Exactly once, whole; packet numbers unique and dense (I6).
    checkVisit(cell, syncs, [...reports, { tallies: [], handed } as unknown as ThreadReport]);
    return failures.length > 0 ? 'failed' : 'whole';
  }
  const sent = addTallies(reports.flatMap(({ tallies }) => tallies.map(({ tally }) => tally)));
  expect(sent.jobs, 'more was sent than handed over').toBeLessThanOrEqual(handed.jobs);
  return failures.length > 0 ? 'failed' : 'closed';
}

it('keeps the invariants, and ends', async () => {
  const ends = { whole: 0, closed: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(script, async (each) => {
      ends[await run(each)]++;
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: false },
  );
  // The sequences reach all three ends, often.
  for (const [end, count] of Object.entries(ends)) expect(count, end).toBeGreaterThan(RUNS / 10);
}, 60_000);
