// Device state: a provider of RAM, which alone asks for syncs, beside threads that hand over a device's state in bursts.
import type { LatencyHistogram } from '../memory/latency-histogram.js';
import { now } from '../os/clock.js';
import { EXIT, type Provider } from '../sender/variant.js';
import type { DeviceState, Run } from './run.js';
import type { Slice } from './slice.js';

/** Batches of RAM from one sync to the next: a turn has several. QEMU has one for each pass over the RAM. */
const BATCHES_A_SYNC = 64;

/** Syncs of a slice of so many batches. */
export function syncsAmong(batches: number): number {
  return Math.ceil(batches / BATCHES_A_SYNC);
}

/** Hands over `jobs` batches of RAM, or bursts until they are over. Returns undefined when the run ended meanwhile. */
export function deviceState(run: Run, jobs: number): Slice | undefined {
  return run.device!.requester === 0 ? provideRam(run, jobs) : provideState(run, run.device!);
}

/** Its duration is that of the hand-overs: syncs are timed by themselves, with the time until the others take part. */
function provideRam(run: Run, jobs: number): Slice | undefined {
  const { queue, provider, cursor, pagesPerBatch, elapsed } = run;
  const { bursts } = run.device!;
  const signalNs: number[] = [];
  const collectNs: number[] = [];
  const start = process.hrtime.bigint();
  let durationNs = 0;
  for (let left = jobs; left > 0; ) {
    const batches = Math.min(left, BATCHES_A_SYNC);
    const begun = process.hrtime.bigint();
    for (let page = 0; page < batches * pagesPerBatch; page++) {
      const next = cursor.next();
      if (!queue.queuePage(cursor.block, next)) return undefined;
    }
    if (!queue.flush()) return undefined;
    durationNs += elapsed(begun);
    left -= batches;
    const signal = process.hrtime.bigint();
    bursts.ask(left === 0);
    if (!provider.signalSync()) return undefined;
    signalNs.push(elapsed(signal));
    const collect = process.hrtime.bigint();
    if (!provider.collectSync()) return undefined;
    collectNs.push(elapsed(collect));
  }
  return { jobs, pages: jobs * pagesPerBatch, durationNs, startedNs: Number(start), signalNs, collectNs };
}

function provideState({ queue, provider, ram, pageSize }: Run, device: DeviceState): Slice | undefined {
  const { bursts, burstChunks, chunkPages, pauseMs } = device;
  const pages = ram.pages(0, pageSize);
  let page = 0;
  let jobs = 0;
  const start = process.hrtime.bigint();
  for (;;) {
    for (let chunk = 0; chunk < burstChunks && !bursts.wanted(); chunk++) {
      if (!queue.queueState(page)) return undefined;
      page = (page + chunkPages) % pages;
      jobs++;
    }
    if (!bursts.wanted()) bursts.rest(pauseMs);
    if (!bursts.wanted()) continue;
    if (!queue.flush() || !provider.signalSync() || !provider.collectSync()) return undefined;
    if (!bursts.joined()) continue;
    const durationNs = Number(process.hrtime.bigint() - start);
    return { jobs, pages: 0, durationNs, startedNs: Number(start) };
  }
}

/** A provider whose hand-overs are timed from call to return: what its requester waits for a channel, or for others. */
export function timeWaits(provider: Provider, histogram: LatencyHistogram): Provider {
  return {
    sendPages(full) {
      const calledNs = now();
      const empty = provider.sendPages(full);
      if (empty !== EXIT) histogram.record(now() - calledNs);
      return empty;
    },
    flush: () => provider.flush?.(),
    signalSync: () => provider.signalSync(),
    collectSync: () => provider.collectSync(),
  };
}
