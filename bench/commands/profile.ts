// The profile command: runs one cell under a profiler, and says which files it wrote and what is in them.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { allowedCpus } from '../../src/os/cpus.js';
import { type Cell, CellFailure, type FleetPlan } from '../../src/session/cell.js';
import { exitWith } from '../base/exit-code.js';
import { flagOf } from '../base/modes.js';
import { makeFolder } from '../base/output.js';
import { parseNanoseconds } from '../base/quantities.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { type Profiler, profileCell } from '../measure/cpu-profile.js';
import { summariseProfile } from '../measure/profile-summary.js';
import { axes } from '../plan/axes.js';
import { type Axis, axisHelp } from '../plan/axis.js';
import { loadVariants } from '../plan/catalogue.js';
import { parseCellId } from '../plan/cell-id.js';
import { ONE_SHOT_AXES, type OneShotFlags, oneShotCell, oneValue } from '../plan/one-shot.js';
import { reasonToSkip } from '../plan/plan.js';
import { WAIT_HELP } from '../plan/plan-flags.js';
import { senderThreads } from '../plan/planned.js';
import { parseRam } from '../plan/ram-flag.js';
import { PROJECT } from '../system/project.js';
import { WIDEST } from '../terminal/boxed-table.js';
import { wrap } from '../terminal/wrap.js';

export interface ProfileFlags extends OneShotFlags {
  readonly with: string;
  readonly time: string;
  readonly ram?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const DEFAULT_VARIANT = 'atomic-barrier';
const LONGEST_NS = 600e9;
const WATCHDOG_MS = 10_000;
const TOP = 6;
const SEED = 1;

export function declareProfile(program: Command): void {
  const profileCommand = program
    .command('profile')
    .description('run one cell under a profiler; list its files, and where each thread spent its time')
    .argument('[cell]', 'its id, as `run --dry-run` prints it; without it the flags describe the cell')
    .option('--variants <name>', 'a design from `list`, or the path of a .js file; default atomic-barrier');
  for (const axis of [axes.workload, axes.transport, ...ONE_SHOT_AXES] as readonly Axis[]) {
    profileCommand.option(`${axis.flag} <value>`, axisHelp(axis, 'one'));
  }
  profileCommand
    .option('--wait <policy>', WAIT_HELP)
    .option('--with <profiler>', 'cpu-prof (one file per thread), or perf where it is installed', 'cpu-prof')
    .option('--time <time>', 'how long the cell runs', '2s')
    .option('--ram <what>', 'a file, or a size as in 64m')
    .option('--out <folder>', 'where the files go; default a new one under profiles/')
    .option('--json', 'as JSON')
    .action(async (id: string | undefined, flags: ProfileFlags) => exitWith(await profile(id, flags)));
}

/** Returns the exit code: 0 written, 1 the cell failed. */
export async function profile(id: string | undefined, flags: ProfileFlags): Promise<number> {
  const profiler = profilerOf(flags.with);
  const timeNs = parseNanoseconds(flags.time) ?? 0;
  if (!(timeNs > 0 && timeNs <= LONGEST_NS)) throw badValue('--time', flags.time, 'a time up to 600s, as in 2s');
  const asked = id === undefined ? cellOf(flags) : cellById(id, flags);
  const listed = await loadVariants(asked.variant, id === undefined ? '--variants' : 'CELL');
  if (listed.length > 1) throw new UsageError(`--variants: got "${asked.variant}", takes one variant here`);
  const cell: Cell = { ...asked, variant: listed[0]!.variant.name };
  if (cell.load !== undefined) throw new UsageError('profile: got an open loop, takes closed ones: leave out load');
  // Who asks for one cell may have it spin as it likes.
  const reason = reasonToSkip(cell, { listed, cpus: allowedCpus().length, forceSpin: true });
  if (reason !== undefined) throw new UsageError(`profile: ${reason}`);
  const fleet: FleetPlan = {
    senders: senderThreads(cell, listed),
    requesters: cell.requesters,
    ram: parseRam(flags.ram, SEED),
    watchdogMs: WATCHDOG_MS,
  };
  const folder = resolve(flags.out ?? join('profiles', `${stamp()}-${cell.variant}`));
  const made = makeFolder('--out', folder);
  if (made === undefined) throw new UsageError(`--out: ${folder} is there already`);
  const discard = () => {
    rmSync(folder, { recursive: true, force: true });
    for (let above = dirname(folder); above.startsWith(made) && isEmpty(above); above = dirname(above))
      rmdirSync(above);
  };
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    // The process under the profiler writes what it has as it ends, which is no whole profile: it is killed first.
    process.once(signal, () => {
      for (const pid of children()) process.kill(pid, 'SIGKILL');
      discard();
      process.exit(code);
    });
  }
  process.stderr.write(`${cell.variant}, ${cell.workload}, ${cell.channels} ch, ${cell.transport}: ${flags.time}\n`);
  try {
    const profiled = await profileCell({ cell, fleet, listed, profiler, timeNs, folder });
    show(profiled, cell, profiler, flags.json === true);
    return 0;
  } catch (cause) {
    discard();
    if (!(cause instanceof CellFailure)) throw cause;
    process.stderr.write(`FAILED ${cell.variant}: ${[cause.message, ...cause.dump].join('\n    ')}\n`);
    return 1;
  }
}

function profilerOf(name: string): Profiler {
  if (name !== 'cpu-prof' && name !== 'perf') throw badValue('--with', name, 'cpu-prof, perf');
  if (name === 'perf' && spawnSync('perf', ['--version']).status !== 0) {
    throw new UsageError(
      '--with: perf is not installed here (a package of the kernel, linux-perf); cpu-prof always is',
    );
  }
  return name;
}

function cellOf(flags: ProfileFlags): Cell {
  const workload = oneValue(axes.workload, flags.workload ?? axes.workload.fallback[0]!);
  const cell = oneShotCell({ ...flags, transport: flags.transport ?? axes.transport.fallback[0]! });
  return { ...cell, workload, variant: flags.variants ?? DEFAULT_VARIANT };
}

function cellById(id: string, flags: ProfileFlags): Cell {
  const { with: _with, time: _time, ram: _ram, out: _out, json: _json, ...ofCell } = flags;
  const twice = Object.keys(ofCell)[0];
  if (twice !== undefined) throw new UsageError(`profile: CELL says what runs; leave out ${flagOf(twice)}`);
  return parseCellId(id);
}

function show(
  { files, jobs, durationNs }: Awaited<ReturnType<typeof profileCell>>,
  cell: Cell,
  profiler: Profiler,
  json: boolean,
): void {
  const read = files.map(({ thread, path }) => ({
    thread,
    path,
    ...(profiler === 'perf' ? {} : summariseProfile(path, `${PROJECT}dist/`, TOP)),
  }));
  if (json) {
    const document = { node: process.version, profiler, cell, jobs, durationNs, files: read };
    process.stdout.write(`${JSON.stringify(document, null, 1)}\n`);
    return;
  }
  process.stdout.write(`${jobs} batches in ${(durationNs / 1e9).toFixed(2)} s of slices\n`);
  for (const { thread, path, ...summary } of read) {
    process.stdout.write(`${thread}: ${relative('.', path)}\n`);
    if (!('top' in summary)) continue;
    for (const { what, share } of summary.top) {
      if (share >= 0.005) process.stdout.write(`  ${`${(share * 100).toFixed(0)} %`.padStart(5)}  ${what}\n`);
    }
  }
  const how =
    profiler === 'perf'
      ? 'perf report -i FILE reads it, on this machine: names of functions are in /tmp/perf-PID.map'
      : "Shares are of the time that a thread was there, asleep or not; a browser's developer tools read the files";
  process.stderr.write(`${wrap(how, WIDEST, 2)}\n`);
}

/** None where the kernel does not list them. */
function children(): number[] {
  try {
    const list = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0;
}

function stamp(): string {
  return new Date().toISOString().replace(/[-:]|\.\d+Z/g, '');
}
