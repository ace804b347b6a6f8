// The workloads by name, each for a provider that blocks and for one on an event loop.

import { deviceState } from './device-state.js';
import { handOff, handOffOnEventLoop } from './hand-off.js';
import { precopy, precopyOnEventLoop } from './precopy.js';
import type { LaterRun, Run } from './run.js';
import type { Slice } from './slice.js';
import { sync, syncOnEventLoop } from './sync.js';
import { throughput, throughputOnEventLoop, turn, turnOnEventLoop } from './throughput.js';
import { transfer, transferOnEventLoop } from './transfer.js';

/** Runs one slice of the given amount: jobs, syncs, or rounds over the RAM. */
interface Runs {
  readonly blocking: (run: Run, amount: number) => Slice | undefined;
  readonly onEventLoop: (run: LaterRun, amount: number) => Promise<Slice | undefined>;
}

interface Workload extends Runs {
  /** How it takes turns with other cells, where that differs. */
  readonly turn?: Runs;
}

const turns: Runs = { blocking: turn, onEventLoop: turnOnEventLoop };

export const workloads: Readonly<Record<string, Workload>> = {
  throughput: { blocking: throughput, onEventLoop: throughputOnEventLoop, turn: turns },
  'hand-off': { blocking: handOff, onEventLoop: handOffOnEventLoop, turn: turns },
  sync: { blocking: sync, onEventLoop: syncOnEventLoop },
  'device-state': {
    blocking: deviceState,
    onEventLoop: () => Promise.reject(new Error('device-state: its threads hand over through providers that block')),
  },
  precopy: { blocking: precopy, onEventLoop: precopyOnEventLoop },
  transfer: { blocking: transfer, onEventLoop: transferOnEventLoop },
};
