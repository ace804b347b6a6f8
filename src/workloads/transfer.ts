// Transfer: every page of the RAM once, then a sync; `rounds` times over. What a migration of a stopped guest sends.
import type { Slice } from '../session/cell.js';
import type { LaterRun, Run } from './run.js';

export function transfer(run: Run, rounds: number): Slice | undefined {
  const { queue, provider, ram, pageSize } = run;
  const [jobs, pages] = [queue.jobs, queue.pages];
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round++) {
    for (let block = 0; block < ram.blocks.length; block++) {
      const count = ram.pages(block, pageSize);
      for (let page = 0; page < count; page++) if (!queue.queuePage(block, page)) return undefined;
    }
    if (!queue.flush() || !provider.signalSync() || !provider.collectSync()) return undefined;
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  return { jobs: queue.jobs - jobs, pages: queue.pages - pages, durationNs, startedNs: Number(start) };
}

export async function transferOnEventLoop(run: LaterRun, rounds: number): Promise<Slice | undefined> {
  const { queue, provider, ram, pageSize } = run;
  const [jobs, pages] = [queue.jobs, queue.pages];
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round++) {
    for (let block = 0; block < ram.blocks.length; block++) {
      const count = ram.pages(block, pageSize);
      for (let page = 0; page < count; page++) {
        const queued = queue.queuePage(block, page);
        if (!(typeof queued === 'boolean' ? queued : await queued)) return undefined;
      }
    }
    if (!(await queue.flush()) || !(await provider.signalSync()) || !(await provider.collectSync())) return undefined;
  }
  const durationNs = Number(process.hrtime.bigint() - start);
  return { jobs: queue.jobs - jobs, pages: queue.pages - pages, durationNs, startedNs: Number(start) };
}
