// Sync: channels that were given batches, or none, are asked for a SYNC. The two loops are timed apart.

import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';

/** Batches a channel before each sync of busy channels: the last of them are under way when it starts. */
const BATCHES_BEFORE_SYNC = 2;
/** Time for idle channels to fall asleep before a sync. */
const REST_MS = 0.2;
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Does `syncs` syncs. Returns undefined when the run ended meanwhile. */
export function sync(run: Run, syncs: number): Slice | undefined {
  const { queue, provider, cursor } = run;
  const jobs = run.idleSync ? 0 : BATCHES_BEFORE_SYNC * run.channels;
  const pages = jobs * run.pagesPerBatch;
  const signalNs: number[] = [];
  const collectNs: number[] = [];
  const delayNs: number[][] = [];
  const start = process.hrtime.bigint();
  for (let done = 0; done < syncs; done++) {
    for (let page = 0; page < pages; page++) {
      const next = cursor.next();
      if (!queue.queuePage(cursor.block, next)) return undefined;
    }
    if (!queue.flush()) return undefined;
    if (run.idleSync) Atomics.wait(asleep, 0, 0, REST_MS);
    run.awaitHolds(queue.jobs);
    const signal = process.hrtime.bigint();
    if (!provider.signalSync()) return undefined;
    signalNs.push(run.elapsed(signal));
    const collect = process.hrtime.bigint();
    if (!provider.collectSync()) return undefined;
    collectNs.push(run.elapsed(collect));
    delayNs.push(run.syncTimes().map((writtenNs) => writtenNs - Number(signal)));
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  const total = { jobs: jobs * syncs, pages: pages * syncs, durationNs, startedNs: Number(start) };
  return { ...total, signalNs, collectNs, delayNs };
}

export async function syncOnEventLoop(run: LaterRun, syncs: number): Promise<Slice | undefined> {
  const { queue, provider, cursor } = run;
  const jobs = run.idleSync ? 0 : BATCHES_BEFORE_SYNC * run.channels;
  const pages = jobs * run.pagesPerBatch;
  const signalNs: number[] = [];
  const collectNs: number[] = [];
  const delayNs: number[][] = [];
  const start = process.hrtime.bigint();
  for (let done = 0; done < syncs; done++) {
    for (let page = 0; page < pages; page++) {
      const next = cursor.next();
      const queued = queue.queuePage(cursor.block, next);
      if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
    }
    if (!(await queue.flush())) return undefined;
    if (run.idleSync) await new Promise((resolve) => setTimeout(resolve, REST_MS));
    run.awaitHolds(queue.jobs);
    const signal = process.hrtime.bigint();
    if (!(await provider.signalSync())) return undefined;
    signalNs.push(run.elapsed(signal));
    const collect = process.hrtime.bigint();
    if (!(await provider.collectSync())) return undefined;
    collectNs.push(run.elapsed(collect));
    delayNs.push(run.syncTimes().map((writtenNs) => writtenNs - Number(signal)));
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  const total = { jobs: jobs * syncs, pages: pages * syncs, durationNs, startedNs: Number(start) };
  return { ...total, signalNs, collectNs, delayNs };
}
