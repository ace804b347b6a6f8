// Sync: every channel has just been given a batch, then all are asked for a SYNC. The two loops are timed apart.
import type { Slice } from '../session/cell.js';
import type { LaterRun, Run } from './run.js';

/** Batches a channel before each sync: the last of them are under way when it starts. */
const BATCHES_BEFORE_SYNC = 2;

/** Does `syncs` syncs, each with busy channels. Returns undefined when the run ended meanwhile. */
export function sync(run: Run, syncs: number): Slice | undefined {
  const { queue, provider, cursor } = run;
  const jobs = BATCHES_BEFORE_SYNC * run.channels;
  const pages = jobs * run.pagesPerBatch;
  const signalNs: number[] = [];
  const collectNs: number[] = [];
  const start = process.hrtime.bigint();
  for (let done = 0; done < syncs; done++) {
    for (let page = 0; page < pages; page++) {
      const next = cursor.next();
      if (!queue.queuePage(cursor.block, next)) return undefined;
    }
    if (!queue.flush()) return undefined;
    const signal = process.hrtime.bigint();
    if (!provider.signalSync()) return undefined;
    const collect = process.hrtime.bigint();
    if (!provider.collectSync()) return undefined;
    signalNs.push(Number(collect - signal));
    collectNs.push(Number(process.hrtime.bigint() - collect));
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  const total = { jobs: jobs * syncs, pages: pages * syncs, durationNs, startedNs: Number(start) };
  return { ...total, signalNs, collectNs };
}

export async function syncOnEventLoop(run: LaterRun, syncs: number): Promise<Slice | undefined> {
  const { queue, provider, cursor } = run;
  const jobs = BATCHES_BEFORE_SYNC * run.channels;
  const pages = jobs * run.pagesPerBatch;
  const signalNs: number[] = [];
  const collectNs: number[] = [];
  const start = process.hrtime.bigint();
  for (let done = 0; done < syncs; done++) {
    for (let page = 0; page < pages; page++) {
      const next = cursor.next();
      const queued = queue.queuePage(cursor.block, next);
      if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
    }
    if (!(await queue.flush())) return undefined;
    const signal = process.hrtime.bigint();
    if (!(await provider.signalSync())) return undefined;
    const collect = process.hrtime.bigint();
    if (!(await provider.collectSync())) return undefined;
    signalNs.push(Number(collect - signal));
    collectNs.push(Number(process.hrtime.bigint() - collect));
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  const total = { jobs: jobs * syncs, pages: pages * syncs, durationNs, startedNs: Number(start) };
  return { ...total, signalNs, collectNs };
}
