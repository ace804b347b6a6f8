// run --peer qemu: QEMU's own sender and our variants, by turns, into the same drain.

import { randomBytes } from 'node:crypto';
import { DEFAULT_SHARES } from '../../src/ram/image.js';
import { CELL_DEFAULTS, type ZeroPages } from '../../src/session/cell.js';
import { Interrupts } from '../base/interrupts.js';
import { flagOf } from '../base/modes.js';
import { showBytes } from '../base/quantities.js';
import { badValue, UsageError, wholeNumber } from '../base/usage-error.js';
import { axes } from '../plan/axes.js';
import { parseAxis } from '../plan/axis.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import { requireMemory } from '../plan/memory.js';
import { parseRam, ramBytes, showRam } from '../plan/ram-flag.js';
import { parseZeroPages } from '../plan/sending.js';
import { BASELINE, STUDIED } from '../result/comparisons.js';
import { describeCommit } from '../system/commit.js';
import { describeMachine } from '../system/machine.js';
import { WORKPLACE } from '../system/project.js';
import { formatOf, inFormat } from '../tables/format.js';
import { ProgressLine } from '../terminal/progress.js';
import { installedQemus, isSince, type QemuBinary, qemuBinary } from './binary.js';
import { type Compared, type ComparePlan, compare, migrationsOf, type Step } from './compare.js';
import { type Design, designName, qemuName } from './contender.js';
import { RamFile } from './ram-file.js';
import { QEMU_SCHEMA, type QemuResult, saveQemuResult, stringifyQemu } from './result.js';
import type { QemuFlags, RunFlags } from './run-flags.js';
import { compareSaves, knowsMappedRam } from './saving.js';
import { qemuRecords, renderQemu } from './table.js';

/** What becomes of a result beside being shown. */
export type Publish = (result: QemuResult, saved: string | undefined) => void;

/** The flags of `run` that mean something here. */
const TAKEN = new Set(
  'peer qemu variants depth channels transport rounds seed ram place zeroPages save json format'.split(' '),
);
const ROUNDS = 12;
/** Pairs that a statement needs. */
const LEAST_ROUNDS = 10;
/** Into the drain, or into mapped-ram files below TMPDIR. */
const TRANSPORTS: readonly string[] = ['tcp', 'mapped-ram', 'mapped-ram-direct'];
const CHANNELS = '1,2,4,8';
/** The pair under study as QEMU has it, and the best there is. */
const VARIANTS = `${BASELINE},${STUDIED},fastest`;
const DEEP = 4;
const DEFAULT_BYTES = 1 << 30;
const LEAST_BYTES = 512 << 20;
/** QEMU before 9.0 knows no other: its migration thread looks for them. */
const ZERO_PAGES: readonly ZeroPages[] = ['legacy', 'none', 'multifd'];
/** One migration with what goes before and after it, where nothing else runs. */
const SECONDS_A_MIGRATION = 0.7;

/** Throws UsageError for flags that mean nothing without `--peer qemu`. */
export function requireNoQemuFlags({ qemu, zeroPages }: QemuFlags): void {
  const flag = Object.entries({ qemu, zeroPages }).find(([, value]) => value !== undefined)?.[0];
  if (flag !== undefined) throw new UsageError(`${flagOf(flag)}: requires --peer qemu`);
}

/**
 * Returns the exit code: 0 fine, 1 a sender failed, 128 and the signal's number when interrupted.
 *
 * @param publish gets the result, and where it was saved if it was
 */
export async function runAgainstQemu(flags: RunFlags, publish?: Publish): Promise<number> {
  const format = formatOf(flags.format);
  const plan = await planOf(flags);
  const warnings = warningsOf(plan);
  const startedAt = new Date().toISOString();
  let measured: Measured;
  try {
    measured = await measure(plan);
  } catch (cause) {
    process.stderr.write(`multifd-bench: run --peer qemu: ${(cause as Error).message}\n`);
    return 1;
  }
  const { samples, travelBytes, code } = measured;
  if (samples.length === 0) {
    process.stderr.write('interrupted before a round was finished: nothing to show\n');
    return code;
  }
  if (code !== 0) warnings.push('interrupted: only the finished rounds are here');
  const result: QemuResult = {
    schema: QEMU_SCHEMA,
    command: ['multifd-bench', ...process.argv.slice(2)].join(' '),
    id: randomBytes(4).toString('hex'),
    startedAt,
    machine: describeMachine(),
    node: process.version,
    commit: describeCommit(WORKPLACE) ?? null,
    qemus: plan.qemus.map((binary) => ({ name: qemuName(binary), version: binary.version, major: binary.major })),
    variants: plan.designs.map(designName),
    channels: plan.channels,
    rounds: new Set(samples.map(({ round }) => round)).size,
    ram: showRam(plan.ram),
    ramBytes: ramBytes(plan.ram),
    transport: plan.transport,
    travelBytes,
    zeroPages: plan.zeroPages,
    place: plan.place,
    warnings,
    samples,
  };
  const path = show(result, { ...flags, format });
  publish?.(result, path);
  return code;
}

/** A comparison, and where the RAM goes. */
interface Plan extends ComparePlan {
  readonly transport: string;
}

async function planOf(flags: RunFlags): Promise<Plan> {
  if (flags.peer !== 'qemu') throw badValue('--peer', flags.peer!, 'qemu');
  const other = Object.entries(flags).find(([key, value]) => value !== undefined && !TAKEN.has(key));
  if (other)
    throw new UsageError(`${flagOf(other[0])}: not with --peer qemu, which takes ${[...TAKEN].map(flagOf).join(', ')}`);
  const transport = flags.transport ?? TRANSPORTS[0]!;
  if (!TRANSPORTS.includes(transport)) throw badValue('--transport', transport, TRANSPORTS.join(', '));
  const saves = transport !== 'tcp';
  const all = await qemusOf(flags.qemu);
  const qemus = saves ? all.filter(knowsMappedRam) : all;
  if (qemus.length === 0) throw new UsageError(`--qemu: ${transport} takes a QEMU of 9.0 or newer, and there is none`);
  const zeroPages = parseZeroPages(flags.zeroPages, saves ? ZERO_PAGES.toReversed() : ZERO_PAGES);
  const old = qemus.find((binary) => !isSince(binary, 9, 0));
  if (old && zeroPages !== 'legacy') {
    throw badValue(
      '--zero-pages',
      zeroPages,
      `legacy where a QEMU ${old.version} takes part, which always looks for them`,
    );
  }
  const listed = await loadVariants(flags.variants ?? VARIANTS);
  const without = listed.find(({ variant }) => variant.sender.waits === 'never' || 'on' in variant.sender);
  if (without)
    throw badValue('--variants', without.variant.name, 'variants with sender threads, where the peer is a QEMU');
  const seed = flags.seed === undefined ? 1 : wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1);
  const ram =
    flags.ram === undefined ? { bytes: DEFAULT_BYTES, seed, shares: DEFAULT_SHARES } : parseRam(flags.ram, seed);
  const bytes = ramBytes(ram);
  // Made here, sent from a file in memory, and copied by two processes of ours.
  requireMemory({ RAM: bytes, 'the file in memory': bytes, 'our senders': 2 * bytes });
  return {
    qemus,
    transport,
    designs: designsOf(listed, flags.depth),
    channels: parseAxis(axes.channels, flags.channels ?? CHANNELS),
    rounds: flags.rounds === undefined ? ROUNDS : wholeNumber('--rounds', flags.rounds, 1, 1000),
    ram,
    zeroPages,
    place: parseAxis(axes.place, flags.place ?? CELL_DEFAULTS.place)[0]!,
  };
}

/** Each design at every depth that it holds; by default at QEMU's, or deeper if it can. */
function designsOf(listed: readonly Listed[], text: string | undefined): readonly Design[] {
  return listed.flatMap((each) => {
    const [least, most] = each.variant.depth;
    const asked = text === undefined ? [Math.min(most, DEEP)] : parseAxis(axes.depth, text);
    const held = asked.filter((depth) => depth >= least && depth <= most);
    if (held.length === 0) throw badValue('--depth', `${text}`, `${least} to ${most} by ${each.variant.name}`);
    return held.map((depth) => ({ listed: each, depth }));
  });
}

async function qemusOf(list: string | undefined): Promise<readonly QemuBinary[]> {
  if (list !== undefined) return Promise.all(list.split(',').map((path) => qemuBinary('--qemu', path.trim())));
  const found = await installedQemus();
  if (found.length === 0) throw new UsageError('--qemu: no qemu-system-x86_64 on PATH; it takes the path of one');
  return found;
}

function warningsOf({ rounds, ram }: ComparePlan): string[] {
  const warnings: string[] = [];
  if (rounds < LEAST_ROUNDS) warnings.push(`${rounds} pairs are few; ${LEAST_ROUNDS} are the least for a statement`);
  if (ramBytes(ram) < LEAST_BYTES) {
    warnings.push(
      `CPU time is counted in ticks of 10 ms: RAM of ${showBytes(LEAST_BYTES)} is the least that it means anything for`,
    );
  }
  return warnings;
}

interface Measured extends Compared {
  /** 0, or 128 and the signal's number when interrupted. */
  readonly code: number;
}

async function measure(plan: Plan): Promise<Measured> {
  const estimateMs = 1000 * SECONDS_A_MIGRATION * migrationsOf(plan);
  const names = [...plan.qemus.map(qemuName), ...plan.designs.map(designName)];
  process.stderr.write(`${names.join(', ')}: ${plan.rounds} rounds, about ${Math.ceil(estimateMs / 1000)} s\n`);
  // It takes seconds in which no signal is heard: one ends the process at once, which has nothing to keep yet.
  const ram = RamFile.make(plan.ram);
  const interrupts = new Interrupts();
  const line = new ProgressLine();
  try {
    const { signal } = interrupts;
    const show = (step: Step) => line.show({ ...step, rounds: plan.rounds, estimateMs });
    const direct = plan.transport === 'mapped-ram-direct';
    const comparing =
      plan.transport === 'tcp'
        ? compare(plan, ram, show, signal)
        : compareSaves({ ...plan, direct }, ram, show, signal);
    return { ...(await comparing), code: interrupts.code ?? 0 };
  } finally {
    line.end();
    interrupts.close();
    ram.close();
  }
}

function show(result: QemuResult, { json, format, save }: RunFlags): string | undefined {
  if (json) process.stdout.write(`${stringifyQemu(result)}\n`);
  else
    process.stdout.write(
      inFormat(formatOf(format), { table: () => renderQemu(result).trimEnd(), records: () => qemuRecords(result) }),
    );
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
  const path = save ? saveQemuResult(`${WORKPLACE}results`, result) : undefined;
  if (path !== undefined) process.stderr.write(`saved ${path}\n`);
  return path;
}
