// Transfer: every page of the RAM once, then a sync; `rounds` times over. What a migration of a stopped guest sends.

import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';

/**
 * Where there is a main stream, each of its RAM sections follows the SYNCs of all channels that belong to it: the blocks,
 * each round, and the end. Pages of zeros that it tells of are not queued.
 */
export function transfer(run: Run, rounds: number): Slice | undefined {
  const { queue, provider, ram, pageSize, main } = run;
  const sync = () => queue.flush() && provider.signalSync() && provider.collectSync();
  const jobs = queue.jobs;
  const start = process.hrtime.bigint();
  if (main && !sync()) return undefined;
  main?.start();
  for (let round = 0; round < rounds; round++) {
    for (let block = 0; block < ram.blocks.length; block++) {
      const count = ram.pages(block, pageSize);
      for (let page = 0; page < count; page++) {
        if (!main?.takes(block, page) && !queue.queuePage(block, page)) return undefined;
      }
    }
    if (!sync()) return undefined;
    main?.endRound();
  }
  if (main && !sync()) return undefined;
  main?.end();
  return sliceOf(run, rounds, queue.jobs - jobs, start);
}

export async function transferOnEventLoop(run: LaterRun, rounds: number): Promise<Slice | undefined> {
  const { queue, provider, ram, pageSize, main } = run;
  const sync = async () => (await queue.flush()) && (await provider.signalSync()) && (await provider.collectSync());
  const jobs = queue.jobs;
  const start = process.hrtime.bigint();
  if (main && !(await sync())) return undefined;
  main?.start();
  for (let round = 0; round < rounds; round++) {
    for (let block = 0; block < ram.blocks.length; block++) {
      const count = ram.pages(block, pageSize);
      for (let page = 0; page < count; page++) {
        if (main?.takes(block, page)) continue;
        const queued = queue.queuePage(block, page);
        if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
      }
    }
    if (!(await sync())) return undefined;
    main?.endRound();
  }
  if (main && !(await sync())) return undefined;
  main?.end();
  return sliceOf(run, rounds, queue.jobs - jobs, start);
}

/** Its pages are all of the RAM, however they went. */
function sliceOf({ ram, pageSize }: Run | LaterRun, rounds: number, jobs: number, start: bigint): Slice {
  const durationNs = Number(process.hrtime.bigint() - start);
  const pages = rounds * ram.blocks.reduce((sum, _, block) => sum + ram.pages(block, pageSize), 0);
  return { jobs, pages, durationNs, startedNs: Number(start) };
}
