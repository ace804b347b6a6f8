// The migrate command: a RAM image through N channels to a receiver process, and whether it arrived equal.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { FAULT_KINDS, FAULTS_TAKEN, type Fault } from '../../src/faults/fault.js';
import { roundUp } from '../../src/ram/ram.js';
import type { ReceiverPlan } from '../../src/receiver/plan.js';
import { Receiver } from '../../src/receiver/receiver.js';
import { type Cell, CellFailure } from '../../src/session/cell.js';
import { transports } from '../../src/transport/index.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { requireFor, requireMode } from '../base/modes.js';
import { requireFree } from '../base/output.js';
import { counted } from '../base/quantities.js';
import { badValue, UsageError, wholeNumber } from '../base/usage-error.js';
import { arrival, beside } from '../measure/arrival.js';
import { Child } from '../measure/child.js';
import { measurePairs, type Pairs } from '../measure/pairs.js';
import { oneLine } from '../measure/transfer.js';
import type { Listed } from '../plan/catalogue.js';
import { type FaultsByPlace, faultsOf, knowingReceiver } from '../plan/faults.js';
import { requireMemory } from '../plan/memory.js';
import { type OneShotFlags, oneShotCell, oneShotVariant, packetLimitMs, stallLimitOf } from '../plan/one-shot.js';
import { withOneShotAxes, withStallLimit } from '../plan/one-shot-options.js';
import { parseRamFile, ramBytes } from '../plan/ram-flag.js';
import { parseZeroPages } from '../plan/sending.js';
import { TransferProgress } from '../tables/transfer-progress.js';
import { transferRate, transferSize } from '../tables/transfer-rate.js';
import { columnsOf } from '../terminal/width.js';
import { wrap } from '../terminal/wrap.js';

export interface MigrateFlags extends OneShotFlags {
  readonly ceiling?: boolean;
  readonly pairs: string;
  readonly ramOut?: string;
  readonly force?: boolean;
  readonly zeroPages?: string;
  readonly fault?: string;
  readonly errorPath?: string;
  readonly json?: boolean;
}

const LINE = 'sending';
const CONNECT_MS = 5000;
const STALL_MS = 10_000;
/** Longer than the limit on silence, which knows whose it is. */
const WATCHDOG_MS = 2000;

export function declareMigrate(program: Command): void {
  const migrateCommand = program
    .command('migrate')
    .description('move a RAM image through N channels to a receiver process; exit 1 unless both ends are equal')
    .argument('<file>', 'the RAM image: a file or a block device, of any content');
  withStallLimit(withOneShotAxes(migrateCommand), '10s')
    .option('--transport <name>', 'tcp, unix', 'tcp')
    .option('--zero-pages <how>', 'who detects zero pages: none, or multifd (the sender threads)', 'none')
    .option('--ceiling', 'compare with the same writes in a plain loop, in interleaved pairs')
    .option('--pairs <n>', 'how many pairs', '10')
    .option('--ram-out <file>', 'keep the received RAM in this file; it gets its name only when all is well')
    .option('--force', 'write over the file that --ram-out names')
    .option('--fault <specs>', `what goes wrong on purpose: ${FAULTS_TAKEN}`)
    .option(
      '--error-path <whose>',
      'repaired, or upstream: a sync then hangs as in QEMU when a write fails',
      'repaired',
    )
    .option('--json', 'as JSON')
    .addHelpText('after', () => faultHelp())
    .action(async (file: string, flags: MigrateFlags) => {
      requireMode(migrateCommand, 'ceiling', ['--pairs']);
      requireFor(migrateCommand, flags.ramOut !== undefined, '--ram-out', ['--force']);
      return exitWith(await migrate(file, flags));
    });
}

/** Returns 0 when both ends are equal, 1 when they differ or a channel failed. */
export async function migrate(file: string, flags: MigrateFlags): Promise<number> {
  const shape = oneShotCell(flags);
  if (transports[shape.transport]!.line !== 'socket') {
    throw new UsageError(`--transport: got "${shape.transport}", takes tcp, unix here`);
  }
  const listed = await oneShotVariant(flags.variants, shape.depth);
  if (flags.ceiling && shape.codec !== 'none') {
    // A stream of packed pages lasts as long as its connection, over which only one design can pack.
    throw new UsageError(`--ceiling: compares plain writes, got --codec ${shape.codec}`);
  }
  const pairs = flags.ceiling ? wholeNumber('--pairs', flags.pairs, 1, 1000) : 0;
  requireFree('--ram-out', flags.ramOut, { force: flags.force, source: file });
  const bytes = ramBytes(parseRamFile(file));
  requireMemory({ RAM: bytes, "the receiver's RAM": bytes });
  const zeroPages = parseZeroPages(flags.zeroPages, ['none', 'multifd']);
  const errorPath = errorPathOf(flags.errorPath);
  const cell: Cell = { ...shape, variant: listed.variant.name, workload: 'transfer', zeroPages, errorPath };
  const stallMs = stallLimitOf(flags.stallLimit, STALL_MS);
  const watchdogMs = stallMs + WATCHDOG_MS;
  const faults = faultsOf(flags.fault, cell.channels, flags.ramOut !== undefined);
  const folder = cell.transport === 'unix' ? mkdtempSync(join(tmpdir(), 'multifd-bench-')) : undefined;
  let client: Child | undefined;
  let receiver: Receiver | undefined;
  const stop = async () => {
    await Promise.all([client?.kill(), receiver?.stop()]);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const interrupts = new Interrupts();
  interrupts.signal.addEventListener('abort', () => void stop());
  try {
    const source = { file, pageSize: cell.pageSize };
    const plan = { senders: cell.channels, requesters: 1, ram: source, watchdogMs, stallMs };
    client = await Child.start(plan, [listed], { signal: interrupts.signal });
    interrupts.signal.throwIfAborted();
    const here = await client.digest(bytes);
    // Other users of this machine reach the port as well.
    const token = randomBytes(32).toString('hex');
    const ours = receiverPlan(cell, bytes, folder, flags.ramOut, faults.receiving);
    const there = { ...ours, stallMs, sha256: here, token, replaces: flags.force === true };
    receiver = await Receiver.start(there, interrupts.signal);
    interrupts.signal.throwIfAborted();
    return await transfer({ token, here, client, receiver, cell, listed, bytes, pairs, flags, faults, stallMs });
  } catch (cause) {
    if (interrupts.code !== undefined) {
      process.stderr.write('interrupted: nothing is kept\n');
      return interrupts.code;
    }
    const dump = cause instanceof CellFailure ? cause.dump : [];
    process.stderr.write(`multifd-bench: migrate: ${[(cause as Error).message, ...dump].join('\n  ')}\n`);
    return 1;
  } finally {
    interrupts.close();
    await stop();
  }
}

interface Transfer {
  /** The connections' own. */
  readonly token: string;
  /** SHA-256 of what is sent. */
  readonly here: string;
  readonly client: Child;
  readonly receiver: Receiver;
  readonly cell: Cell;
  readonly listed: Listed;
  readonly bytes: number;
  readonly pairs: number;
  readonly flags: MigrateFlags;
  readonly faults: FaultsByPlace;
  readonly stallMs: number;
}

function errorPathOf(text = 'repaired'): Cell['errorPath'] {
  if (text === 'repaired' || text === 'upstream') return text;
  throw badValue('--error-path', text, 'repaired, upstream');
}

function faultHelp(): string {
  const kinds = Object.entries(FAULT_KINDS).map(([kind, does]) => `  ${kind.padEnd(15)} ${does}`);
  return `\nKinds of faults:\n${kinds.join('\n')}`;
}

async function transfer({
  token,
  here,
  client,
  receiver,
  cell: plain,
  bytes,
  pairs,
  flags,
  faults,
  stallMs,
}: Transfer): Promise<number> {
  const cell = {
    ...plain,
    ...(faults.writing.length > 0 && { faults: knowingReceiver(faults.writing, receiver.pid) }),
  };
  // Upstream's hang is for the watchdog to find, long after the receiver has seen its connections end.
  const patienceMs = cell.errorPath === 'upstream' ? 3 * (stallMs + WATCHDOG_MS) : undefined;
  const during = <T>(work: Promise<T>): Promise<T> => beside(receiver, work, patienceMs);
  await during(client.connect(LINE, receiver.address, cell.channels, { token, faults: faults.connecting }));
  await during(receiver.untilReading());
  const pagesCome = async () => (await receiver.count()).reduce((sum, each) => sum + each.pages + each.zeroPages, 0);
  const progress = new TransferProgress(
    pagesCome,
    Math.ceil(bytes / cell.pageSize) * (1 + 2 * (pairs + (pairs > 0 ? 1 : 0))),
  );
  let first: Awaited<ReturnType<typeof oneLine>>;
  let ratios: Pairs | undefined;
  try {
    first = await during(oneLine(client, cell, LINE));
    if (pairs > 0) ratios = await during(measurePairs(client, cell, LINE, pairs));
    await during(client.disconnect(LINE));
  } finally {
    progress.end();
  }
  const report = await arrival(receiver, stallMs);
  const equal = report.sha256 === here;
  const sum = (key: 'pages' | 'bytes' | 'packets' | 'syncs') =>
    report.channels.reduce((all, each) => all + each[key], 0);
  const answer = {
    variant: cell.variant,
    channels: cell.channels,
    transport: cell.transport,
    bytes,
    mibPerSecond: first.mibPerSecond,
    cpuSecondsPerGib: first.cpuSecondsPerGib,
    sha256: { here, there: report.sha256 },
    equal,
    received: { pages: sum('pages'), bytes: sum('bytes'), packets: sum('packets'), syncs: sum('syncs') },
    ...(ratios ? { ceiling: ratios } : {}),
  };
  if (flags.json) process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
  else process.stdout.write(`${describe(answer)}\n`);
  if (!equal) process.stderr.write('multifd-bench: migrate: the two ends differ\n');
  return equal ? 0 : 1;
}

function receiverPlan(
  cell: Cell,
  bytes: number,
  folder: string | undefined,
  ramOut: string | undefined,
  faults: readonly Fault[],
): ReceiverPlan {
  return {
    listen: folder === undefined ? { host: '127.0.0.1', port: 0 } : { path: join(folder, 'receiver') },
    channels: cell.channels,
    pageSize: cell.pageSize,
    pagesPerPacket: cell.pagesPerBatch,
    blocks: [{ name: 'm0', bytes: roundUp(bytes, cell.pageSize) }],
    codec: cell.codec,
    numbersGrow: false,
    numbersDense: false,
    ignoreSync: false,
    connectMs: CONNECT_MS,
    stallMs: STALL_MS,
    packetMs: packetLimitMs(cell.pageSize * cell.pagesPerBatch),
    idleMs: 0,
    // It stands for another host: on the provider's CPU it would keep the provider from waking.
    pinned: false,
    imageBytes: bytes,
    digest: true,
    whole: true,
    ...(ramOut === undefined ? {} : { ramOut }),
    ...(faults.length > 0 && { faults }),
  };
}

function describe(answer: {
  readonly variant: string;
  readonly channels: number;
  readonly transport: string;
  readonly bytes: number;
  readonly mibPerSecond: number;
  readonly cpuSecondsPerGib: number;
  readonly equal: boolean;
  readonly sha256: { readonly here: string };
  readonly received: { readonly packets: number; readonly syncs: number };
  readonly ceiling?: Pairs;
}): string {
  const { variant, channels, transport, bytes, received, ceiling } = answer;
  const lines = [
    `${transferSize(bytes)} by ${variant} over ${counted(channels, `${transport} channel`)}`,
    transferRate(bytes, answer),
    `${received.packets} packets came, ${received.syncs} of them SYNC`,
    answer.equal ? 'equal at both ends' : 'DIFFERENT at the receiver',
    `SHA-256 ${answer.sha256.here}`,
  ];
  if (ceiling) {
    const { median, low, high, pairs, ceilingMibPerSecond } = ceiling;
    lines.push(
      `${median.toFixed(3)} of the ceiling (${low.toFixed(3)} to ${high.toFixed(3)}), median of ${pairs} interleaved pairs;` +
        ` plain writes ${ceilingMibPerSecond.toFixed(0)} MiB/s`,
    );
  }
  return lines.map((line) => wrap(line, columnsOf(process.stdout), 2)).join('\n');
}
