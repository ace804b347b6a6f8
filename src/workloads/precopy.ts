// Precopy: rounds over the pages that are dirty, a sync after each, while the guest dirties more; then it stands still.

import { Guest } from './guest.js';
import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';

/** Does `rounds` rounds, the last one with the guest stopped. Returns undefined when the run ended meanwhile. */
export function precopy(run: Run, rounds: number): Slice | undefined {
  const { queue, provider, ram, pageSize } = run;
  const guest = new Guest(ram, pageSize);
  const [jobs, pages] = [queue.jobs, queue.pages];
  const pagesPerRound: number[] = [];
  const start = process.hrtime.bigint();
  let stopped = start;
  for (let round = 1; round <= rounds; round++) {
    if (round === rounds) stopped = process.hrtime.bigint();
    let count = 0;
    for (let block = 0; block < ram.blocks.length; block++) {
      for (let page = guest.take(block, 0); page >= 0; page = guest.take(block, page + 1)) {
        if (!queue.queuePage(block, page)) return undefined;
        count++;
        if (round < rounds) guest.run();
      }
    }
    if (!queue.flush() || !provider.signalSync() || !provider.collectSync()) return undefined;
    pagesPerRound.push(count);
  }
  const end = process.hrtime.bigint();
  const total = { jobs: queue.jobs - jobs, pages: queue.pages - pages, durationNs: Number(end - start) };
  return { ...total, startedNs: Number(start), pagesPerRound, downtimeNs: Number(end - stopped) };
}

export async function precopyOnEventLoop(run: LaterRun, rounds: number): Promise<Slice | undefined> {
  const { queue, provider, ram, pageSize } = run;
  const guest = new Guest(ram, pageSize);
  const [jobs, pages] = [queue.jobs, queue.pages];
  const pagesPerRound: number[] = [];
  const start = process.hrtime.bigint();
  let stopped = start;
  for (let round = 1; round <= rounds; round++) {
    if (round === rounds) stopped = process.hrtime.bigint();
    let count = 0;
    for (let block = 0; block < ram.blocks.length; block++) {
      for (let page = guest.take(block, 0); page >= 0; page = guest.take(block, page + 1)) {
        const queued = queue.queuePage(block, page);
        if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
        count++;
        if (round < rounds) guest.run();
      }
    }
    if (!(await queue.flush()) || !(await provider.signalSync()) || !(await provider.collectSync())) return undefined;
    pagesPerRound.push(count);
  }
  const end = process.hrtime.bigint();
  const total = { jobs: queue.jobs - jobs, pages: queue.pages - pages, durationNs: Number(end - start) };
  return { ...total, startedNs: Number(start), pagesPerRound, downtimeNs: Number(end - stopped) };
}
