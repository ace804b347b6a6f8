// One cell under a profiler, in a process of its own: V8's sampling profiler, a file a thread, or Linux perf.
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell, FleetPlan } from '../../src/session/cell.js';
import type { Listed } from '../plan/catalogue.js';
import { ramBytes } from '../plan/ram-flag.js';
import { Child, type Runtime } from './child.js';
import { Peers } from './peers.js';
import { precopyTurn } from './precopy-turn.js';

export type Profiler = 'cpu-prof' | 'perf';

export interface ProfileOptions {
  readonly cell: Cell;
  readonly fleet: FleetPlan;
  readonly listed: readonly Listed[];
  readonly profiler: Profiler;
  /** How long the cell runs, in nanoseconds of its slices. */
  readonly timeNs: number;
  /** An empty folder. */
  readonly folder: string;
}

export interface Profiled {
  /** By thread for V8's profiler; one file for perf. */
  readonly files: readonly { readonly thread: string; readonly path: string }[];
  readonly jobs: number;
  readonly durationNs: number;
}

/** Samples a second: enough for a profile of a second, and odd, so as not to keep step with timers. */
const PERF_HZ = 997;
const PERF_FILE = 'perf.data';
const FIRST_AMOUNT = 16;
/** A slice this long is long enough to run as often as it takes. */
const SLICE_NS = 50e6;

/** Runs the cell for the time asked for. Rejects with CellFailure. */
export async function profileCell(options: ProfileOptions): Promise<Profiled> {
  const { cell, fleet, listed, profiler, folder } = options;
  const client = await Child.start(fleet, listed, runtimeFor(profiler, folder));
  const peerPlan = { ramBytes: ramBytes(fleet.ram), channels: cell.channels };
  const peers = new Peers(client, peerPlan);
  try {
    const work = cell.workload === 'precopy' ? runPrecopy : runSlices;
    const ran = await work(client, peers, peerPlan, options);
    await client.finish();
    return { ...ran, files: profiler === 'perf' ? [perfFile(folder)] : nameFiles(folder, fleet) };
  } finally {
    await Promise.all([client.kill(), peers.stop()]);
  }
}

function runtimeFor(profiler: Profiler, folder: string): Runtime {
  if (profiler === 'cpu-prof') return { execArgv: ['--cpu-prof', `--cpu-prof-dir=${folder}`] };
  const record = ['record', '--quiet', '-g', '-F', String(PERF_HZ), '-o', join(folder, PERF_FILE), '--'];
  // Compiled JavaScript has names for perf only where V8 writes them down; its log beside them is of no use.
  return {
    execPath: 'perf',
    execArgv: [...record, process.execPath, '--perf-basic-prof', '--no-logfile-per-isolate', '--logfile=/dev/null'],
  };
}

async function runSlices(client: Child, peers: Peers, _plan: unknown, { cell, timeNs }: ProfileOptions) {
  const peer = await peers.for(cell);
  peer?.prepare(cell);
  await client.open(cell, peer?.name);
  let [amount, jobs, durationNs] = [FIRST_AMOUNT, 0, 0];
  while (durationNs < timeNs) {
    const slice = await client.slice(amount);
    jobs += slice.jobs;
    durationNs += slice.durationNs;
    if (slice.durationNs < SLICE_NS) amount *= 2;
  }
  await peer?.check(await client.close());
  return { jobs, durationNs };
}

async function runPrecopy(
  client: Child,
  _peers: Peers,
  plan: { ramBytes: number; channels: number },
  { cell, timeNs }: ProfileOptions,
) {
  let [jobs, durationNs] = [0, 0];
  while (durationNs < timeNs) {
    const { slices } = await precopyTurn(client, cell, plan);
    for (const slice of slices) {
      jobs += slice.jobs;
      durationNs += slice.durationNs;
    }
  }
  return { jobs, durationNs };
}

function perfFile(folder: string) {
  return { thread: 'all threads', path: join(folder, PERF_FILE) };
}

/** Node names files by thread number, in the order in which a fleet starts its threads: requesters, then senders. */
function nameFiles(folder: string, { requesters }: FleetPlan) {
  const found = readdirSync(folder).flatMap((name) => {
    const thread = /^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/.exec(name)?.[1];
    return thread === undefined ? [] : [{ name, number: Number(thread) }];
  });
  return found
    .sort((x, y) => x.number - y.number)
    .map(({ name, number }) => {
      const sender = number - 1 - requesters;
      const provider = requesters === 1 ? 'provider' : `provider-${number - 1}`;
      const thread = number === 0 ? 'main' : sender < 0 ? provider : `sender-${sender}`;
      const path = join(folder, `${thread}.cpuprofile`);
      renameSync(join(folder, name), path);
      return { thread, path };
    });
}
