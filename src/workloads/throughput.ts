// Throughput: a closed loop that keeps all channels busy. A slice ends with a sync, timed; a turn is what is between its ends.
import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';

/** Hands over `jobs` full batches and syncs. Returns undefined when the run ended meanwhile. */
export function throughput(run: Run, jobs: number): Slice | undefined {
  const start = process.hrtime.bigint();
  if (!handOver(run, jobs) || !sync(run)) return undefined;
  const durationNs = run.elapsed(start);
  return { jobs, pages: jobs * run.pagesPerBatch, durationNs, startedNs: Number(start) };
}

export async function throughputOnEventLoop(run: LaterRun, jobs: number): Promise<Slice | undefined> {
  const start = process.hrtime.bigint();
  if (!(await handOverLater(run, jobs)) || !(await syncLater(run))) return undefined;
  const durationNs = run.elapsed(start);
  return { jobs, pages: jobs * run.pagesPerBatch, durationNs, startedNs: Number(start) };
}

/**
 * One turn among those of other designs: the channels are filled first, and emptied by a sync afterwards, so that what is
 * timed is a loop under way however short the turn is, and nothing of it runs in the next design's turn.
 */
export function turn(run: Run, jobs: number): Slice | undefined {
  if (!handOver(run, run.inFlight + 1)) return undefined;
  run.clock?.begin();
  const start = process.hrtime.bigint();
  if (!handOver(run, jobs)) return undefined;
  const durationNs = run.elapsed(start);
  const medianNs = run.clock?.medians();
  if (!sync(run)) return undefined;
  run.clock?.finish();
  return { jobs, pages: jobs * run.pagesPerBatch, durationNs, startedNs: Number(start), ...(medianNs && { medianNs }) };
}

export async function turnOnEventLoop(run: LaterRun, jobs: number): Promise<Slice | undefined> {
  if (!(await handOverLater(run, run.inFlight + 1))) return undefined;
  run.clock?.begin();
  const start = process.hrtime.bigint();
  if (!(await handOverLater(run, jobs))) return undefined;
  const durationNs = run.elapsed(start);
  const medianNs = run.clock?.medians();
  if (!(await syncLater(run))) return undefined;
  run.clock?.finish();
  return { jobs, pages: jobs * run.pagesPerBatch, durationNs, startedNs: Number(start), ...(medianNs && { medianNs }) };
}

function handOver({ queue, cursor, pagesPerBatch }: Run, jobs: number): boolean {
  const pages = jobs * pagesPerBatch;
  for (let page = 0; page < pages; page++) {
    const next = cursor.next();
    if (!queue.queuePage(cursor.block, next)) return false;
  }
  return true;
}

async function handOverLater({ queue, cursor, pagesPerBatch }: LaterRun, jobs: number): Promise<boolean> {
  const pages = jobs * pagesPerBatch;
  for (let page = 0; page < pages; page++) {
    const next = cursor.next();
    const queued = queue.queuePage(cursor.block, next);
    if (!(typeof queued === 'boolean' ? queued : await queued)) return false;
  }
  return true;
}

function sync({ queue, provider }: Run): boolean {
  return queue.flush() && provider.signalSync() && provider.collectSync();
}

async function syncLater({ queue, provider }: LaterRun): Promise<boolean> {
  return (await queue.flush()) && (await provider.signalSync()) && (await provider.collectSync());
}
