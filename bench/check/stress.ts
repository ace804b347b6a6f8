// soak --stress: does set-up and tear-down leave anything behind, and does any hand-off get lost under delays?
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { heldBy, THREADS_OF_THE_RUNTIME } from '../../src/os/held.js';
import { CELL_DEFAULTS, type Cell, CellFailure, type Wait } from '../../src/session/cell.js';
import { Fleet } from '../../src/session/fleet.js';
import { seedOf, wholeNumber } from '../base/usage-error.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';

/** The flags of `soak --stress`. */
export interface StressFlags {
  readonly variants?: string;
  readonly cycles: string;
  readonly spinning: string;
  readonly parked: string;
  readonly seed?: string;
}

const RAM = { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
const WATCHDOG_MS = 60_000;
const JOBS_A_SLICE = 50_000;

/** Runs all of it; returns 0, or 1 when something was left behind, lost or duplicated. */
export async function stress(flags: StressFlags): Promise<number> {
  const listed = (await loadVariants(flags.variants)).filter(({ variant }) => variant.unavailable?.() === undefined);
  const seed = seedOf(flags.seed, 2 ** 31 - 1);
  const cycles = wholeNumber('--cycles', flags.cycles, 0, 1e6);
  const counts = {
    spinning: wholeNumber('--spinning', flags.spinning, 0, 1e12),
    parked: wholeNumber('--parked', flags.parked, 0, 1e12),
  };
  process.stdout.write(`seed ${seed}\n`);
  let failed = cycles > 0 && !(await cycle(listed, cycles));
  for (const each of listed) {
    if (each.variant.sender.waits === 'never' || 'on' in each.variant.sender) continue;
    for (const kind of ['spinning', 'parked'] as const) {
      if (counts[kind] > 0) failed = !(await handOver(each, kind, counts[kind], seed)) || failed;
    }
  }
  return failed ? 1 : 0;
}

/** Opens and closes fleets of every variant in turn, then compares threads, descriptors and temporary files. */
async function cycle(listed: readonly Listed[], cycles: number): Promise<boolean> {
  const once = async (turn: number) => {
    const { variant, source } = listed[turn % listed.length]!;
    const fleet = await Fleet.start({ senders: 3, requesters: 1, ram: RAM, watchdogMs: WATCHDOG_MS });
    await fleet.open(cellOf(variant.name, { channels: 3, place: 'none', depth: variant.depth[0] }), source);
    await fleet.slice(50);
    await fleet.close();
    await fleet.terminate();
  };
  // The first turns load modules and start the runtime's own threads.
  for (let turn = 0; turn < 2 * listed.length; turn++) await once(turn);
  const before = leftovers();
  for (let turn = 0; turn < cycles; turn++) await once(turn);
  const after = leftovers();
  const clean =
    after.threads <= before.threads + THREADS_OF_THE_RUNTIME &&
    after.descriptors <= before.descriptors &&
    after.files <= before.files;
  const show = ({ threads, descriptors, files }: typeof before) =>
    `${threads} threads, ${descriptors} descriptors, ${files} temporary files`;
  process.stdout.write(
    `${cycles} set-ups and tear-downs: before ${show(before)}; after ${show(after)}: ${clean ? 'ok' : 'LEAK'}\n`,
  );
  return clean;
}

function leftovers() {
  return { ...heldBy(), files: readdirSync(tmpdir()).filter((name) => name.startsWith('multifd-bench')).length };
}

/** Hands over `jobs` batches with delays at shared accesses; every slice is checked, and the sum at the end. */
async function handOver({ variant, source }: Listed, kind: 'spinning' | 'parked', jobs: number, seed: number) {
  const wait: Wait = kind === 'spinning' ? { spinNs: 1e9 } : 'park';
  // Spinning wants a CPU for each thread: one sender. Parked threads may be more than the CPUs, and then meet more.
  const channels = kind === 'spinning' ? 1 : 3;
  const depth = Math.min(64, variant.depth[1]);
  const cell = cellOf(variant.name, { channels, depth, providerWait: wait, senderWait: wait, delaySeed: seed });
  const fleet = await Fleet.start({ senders: channels, requesters: 1, ram: RAM, watchdogMs: WATCHDOG_MS });
  const start = performance.now();
  try {
    await fleet.open(cell, source);
    for (let done = 0; done < jobs; done += JOBS_A_SLICE) await fleet.slice(Math.min(JOBS_A_SLICE, jobs - done));
    const report = await fleet.close();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${variant.name}, ${kind}: ${report.jobs} hand-offs in ${seconds} s, none lost, none twice\n`);
    return report.jobs === jobs;
  } catch (cause) {
    const { message, dump } = cause as CellFailure;
    process.stdout.write(
      `${variant.name}, ${kind}: FAILED: ${message}\n${(cause instanceof CellFailure ? dump : []).join('\n')}\n`,
    );
    return false;
  } finally {
    await fleet.terminate();
  }
}

function cellOf(variant: string, part: Partial<Cell>): Cell {
  const cell = { ...CELL_DEFAULTS, variant, workload: 'throughput', channels: 1, pagesPerBatch: 1 } as const;
  return { ...cell, transport: 'discard', checking: true, ...part };
}
