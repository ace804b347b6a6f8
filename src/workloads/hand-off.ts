// Hand-off: the throughput loop over a timed provider. One in flight is a ping-pong; with a rate it is an open loop.

import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';
import { throughput, throughputOnEventLoop } from './throughput.js';

/** Hands over `jobs` full batches, each when it is due, and syncs. Returns undefined when the run ended meanwhile. */
export function handOff(run: Run, jobs: number): Slice | undefined {
  run.clock!.begin();
  const slice = throughput(run, jobs);
  const pace = run.clock!.finish();
  return slice && { ...slice, ...(pace && { pace }) };
}

export async function handOffOnEventLoop(run: LaterRun, jobs: number): Promise<Slice | undefined> {
  run.clock!.begin();
  const slice = await throughputOnEventLoop(run, jobs);
  const pace = run.clock!.finish();
  return slice && { ...slice, ...(pace && { pace }) };
}
