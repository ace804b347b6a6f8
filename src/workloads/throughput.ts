// Throughput: a closed loop that keeps all channels busy, with one sync at the end. Two loops, chosen once.

import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';

/** Hands over `jobs` full batches and syncs. Returns undefined when the run ended meanwhile. */
export function throughput(run: Run, jobs: number): Slice | undefined {
  const { queue, provider, cursor } = run;
  const pages = jobs * run.pagesPerBatch;
  const start = process.hrtime.bigint();
  for (let page = 0; page < pages; page++) {
    const next = cursor.next();
    if (!queue.queuePage(cursor.block, next)) return undefined;
  }
  if (!queue.flush() || !provider.signalSync() || !provider.collectSync()) return undefined;
  const durationNs = run.elapsed(start);
  return { jobs, pages, durationNs, startedNs: Number(start) };
}

export async function throughputOnEventLoop(run: LaterRun, jobs: number): Promise<Slice | undefined> {
  const { queue, provider, cursor } = run;
  const pages = jobs * run.pagesPerBatch;
  const start = process.hrtime.bigint();
  for (let page = 0; page < pages; page++) {
    const next = cursor.next();
    const queued = queue.queuePage(cursor.block, next);
    if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
  }
  if (!(await queue.flush()) || !(await provider.signalSync()) || !(await provider.collectSync())) return undefined;
  const durationNs = run.elapsed(start);
  return { jobs, pages, durationNs, startedNs: Number(start) };
}
