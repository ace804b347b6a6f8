// The receive command: the receiving end alone, of our own sender or of a real QEMU, by connections or from a file. It checks every field.

import { lstatSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { addressText } from '../../src/os/address.js';
import { roundUp } from '../../src/ram/ram.js';
import type { ReceiverPlan } from '../../src/receiver/plan.js';
import { Receiver } from '../../src/receiver/receiver.js';
import { readSnapshot } from '../../src/receiver/snapshot.js';
import { CELL_DEFAULTS } from '../../src/session/cell.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { uuidBytes } from '../../src/wire/initial-packet.js';
import { isThisMachine, parseAddress } from '../base/address.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { flagOf } from '../base/modes.js';
import { requireFree } from '../base/output.js';
import { parseBytes, parseNanoseconds } from '../base/quantities.js';
import { NO_TOKEN, TOKEN_VARIABLE, tokenOf } from '../base/token.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { axes, PACKET_BYTES } from '../plan/axes.js';
import { axisHelp } from '../plan/axis.js';
import { availableBytes, requireMemory } from '../plan/memory.js';
import { type OneShotFlags, oneShotCell, packetLimitMs, stallLimitOf } from '../plan/one-shot.js';
import { withStallLimit } from '../plan/one-shot-options.js';
import { showReception, showSnapshot } from '../tables/reception.js';

export interface ReceiveFlags {
  readonly listen?: string;
  readonly pauseLimit?: string;
  readonly ramBytes?: string;
  readonly ramOut?: string;
  readonly force?: boolean;
  readonly measure?: boolean;
  readonly block?: string;
  readonly blocksOut?: string;
  readonly channels?: string;
  readonly pageSize?: string;
  readonly batchPages?: string;
  readonly codec?: string;
  readonly uuid?: string;
  readonly strictNumbers?: boolean;
  readonly tokenFile?: string;
  readonly stallLimit?: string;
  readonly json?: boolean;
}

/** From the first connection on. Before it, a receiver waits for as long as it takes. */
const CONNECT_MS = 10_000;
const STALL_MS = 10_000;
/** A QEMU whose guest dirties little, or that is told to pause before the end, is silent for longer. */
const PAUSE_LIMIT = '60s';
/** Ends the message of a silence that is not inside a packet. */
const PAUSED = /got nothing for \d+ ms(?: between two packets)?$/;
/** Of other architectures: x86 has 4 KiB. */
const LEAST_PAGE_BYTES = 1 << 10;

export function declareReceive(program: Command): void {
  const receiveCommand = program
    .command('receive')
    .description('receive a migration, also from a real QEMU, and check every packet')
    .argument(
      '[file]',
      "read this file instead: written by QEMU's `migrate file:`, mapped-ram or not, or by `virsh save`",
    )
    .option('--listen <address>', 'HOST:PORT (:PORT is this machine alone), or a path for a unix socket')
    .option(
      '--ram-bytes <size>',
      'size of the RAM that `send` will send; without it a QEMU is expected, which says its own',
    )
    .option('--ram-out <file>', 'keep the RAM; the name appears only when all is well, mode 0600')
    .option('--block <name>', "the RAM block of a QEMU that --ram-out keeps; default its first, the guest's RAM")
    .option('--blocks-out <directory>', 'keep every RAM block of a QEMU in a file of its own; must not be there yet')
    .option('--uuid <uuid>', "UUID of the source's machine; default all zero, as of a QEMU without -uuid")
    .option('--strict-numbers', 'packet numbers of a QEMU must be consecutive, as those of 9.0 and newer are')
    .option('--channels <n>', `${axisHelp(axes.channels, 'one')}; 0 for a QEMU without multifd`, '2')
    .option('--pause-limit <time>', `longest silence of a QEMU, as in 10min; none for any (default ${PAUSE_LIMIT})`)
    .option('--page-size <size>', `${axisHelp(axes.pageSize, 'one')}; from 1k for a QEMU, whose page it has to be`)
    .option('--batch-pages <n>', axes.pagesPerBatch.takes)
    .option('--codec <name>', axisHelp(axes.codec, 'one'))
    .option('--token-file <file>', `senders must show this token; or by ${TOKEN_VARIABLE}; not with a QEMU`)
    .option('--measure', 'serve one `tune --peer` of another host on --listen: it sends, this end times')
    .option('--force', 'write over the file that --ram-out names')
    .option('--json', 'as JSON');
  withStallLimit(receiveCommand, '10s').action(async (file: string | undefined, flags: ReceiveFlags) =>
    exitWith(await (file !== undefined ? receiveFile(file, flags) : flags.measure ? measure(flags) : receive(flags))),
  );
}

/** Flags that mean something where a file is read. */
const OF_FILES = new Set('ramOut force block blocksOut uuid pageSize json channels'.split(' '));

/** Returns 0 when the file is whole and as it should be, 1 otherwise; no output then appears. */
async function receiveFile(file: string, flags: ReceiveFlags): Promise<number> {
  const other = Object.entries(flags).find(([key, value]) => value !== undefined && !OF_FILES.has(key))?.[0];
  if (other !== undefined) throw new UsageError(`${flagOf(other)}: not with a file`);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw badValue('file', file, 'the path of a regular file');
  const { uuid } = flags;
  if (uuid !== undefined) checkUuid(uuid);
  const plan = { ...outputsOf(flags), ...packetsOf(flags.pageSize), mostRamBytes: availableBytes() };
  const interrupts = new Interrupts();
  try {
    const report = await readSnapshot(file, { ...plan, ...(uuid === undefined ? {} : { uuid }) }, interrupts.signal);
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 1)}\n` : showSnapshot(report));
    return 0;
  } catch (cause) {
    if (interrupts.code !== undefined) {
      process.stderr.write('interrupted: nothing is kept\n');
      return interrupts.code;
    }
    process.stderr.write(`multifd-bench: receive: ${file}: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    interrupts.close();
  }
}

function outputsOf(flags: ReceiveFlags) {
  const { ramOut, force, block, blocksOut } = flags;
  requireOfOutputs(flags);
  requireFree('--ram-out', ramOut, { force });
  if (blocksOut !== undefined && lstatSync(blocksOut, { throwIfNoEntry: false }))
    throw badValue('--blocks-out', blocksOut, 'a name that is free');
  return {
    ...(ramOut === undefined ? {} : { ramOut, replaces: force === true }),
    ...(block === undefined ? {} : { block }),
    ...(blocksOut === undefined ? {} : { blocksOut }),
  };
}

/** What is said of an output needs one. */
function requireOfOutputs({ ramOut, block, force }: Pick<ReceiveFlags, 'ramOut' | 'block' | 'force'>): void {
  const flag = block !== undefined ? '--block' : force ? '--force' : undefined;
  if (ramOut === undefined && flag !== undefined) throw new UsageError(`${flag}: requires --ram-out`);
}

/** QEMU's packets: 512 KiB of its pages, which some architectures have from 1 KiB on. */
function packetsOf(text: string | undefined) {
  const pageSize = text === undefined ? CELL_DEFAULTS.pageSize : parseBytes(text);
  if (pageSize === undefined || pageSize < LEAST_PAGE_BYTES || pageSize > PACKET_BYTES || !isPowerOfTwo(pageSize)) {
    throw badValue('--page-size', text!, 'a power of two from 1k to 512k where a QEMU sends: its pages');
  }
  return { pageSize, pagesPerPacket: PACKET_BYTES / pageSize };
}

function isPowerOfTwo(value: number): boolean {
  return 2 ** Math.round(Math.log2(value)) === value;
}

/** In milliseconds; 0 is any. */
function pauseLimitOf(text = PAUSE_LIMIT): number {
  if (text === 'none') return 0;
  const nanoseconds = parseNanoseconds(text);
  if (nanoseconds === undefined || nanoseconds < 1e9)
    throw badValue('--pause-limit', text, 'none, or from 1s, as in 10min');
  return nanoseconds / 1e6;
}

/** Returns 0 when all of the RAM came, 1 otherwise; no output then appears. */
export async function receive(flags: ReceiveFlags): Promise<number> {
  const plan = planOf(flags);
  let receiver: Receiver | undefined;
  const interrupts = new Interrupts();
  interrupts.signal.addEventListener('abort', () => void receiver?.stop());
  try {
    receiver = await Receiver.start(plan);
    interrupts.signal.throwIfAborted();
    const channels = plan.channels === 0 ? '' : `${plan.channels} channels`;
    const from = [channels, plan.blocks ? '' : 'a main stream'].filter(Boolean).join(' and ');
    if (plan.token === undefined && !isThisMachine(receiver.address)) {
      process.stderr.write('warning: whoever reaches this address can send; --token-file asks for a token\n');
    }
    process.stderr.write(`listening on ${addressText(receiver.address)} for ${from}\n`);
    const report = await receiver.report;
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 1)}\n` : showReception(report));
    return 0;
  } catch (cause) {
    if (interrupts.code !== undefined) {
      process.stderr.write('interrupted: nothing is kept\n');
      return interrupts.code;
    }
    const { message } = cause as Error;
    const hint = plan.blocks === undefined && PAUSED.test(message) ? '; --pause-limit allows longer pauses' : '';
    process.stderr.write(`multifd-bench: receive: ${message}${hint}\n`);
    return 1;
  } finally {
    interrupts.close();
    await receiver?.stop();
  }
}

function planOf(flags: ReceiveFlags): ReceiverPlan {
  if (flags.listen === undefined) throw new UsageError('--listen: required, unless a file is named that is to be read');
  const listen = parseAddress('--listen', flags.listen);
  const fromQemu = flags.ramBytes === undefined;
  const { ramBytes, ramOut, block, blocksOut, uuid } = flags;
  const alone = fromQemu && flags.channels === '0';
  const { channels, codec, pageSize, pagesPerBatch } = oneShotCell({
    ...flags,
    ...(alone ? { channels: '1' } : {}),
    ...(fromQemu ? { pageSize: undefined, batchPages: undefined } : {}),
  } as OneShotFlags);
  if (codec === 'zstd' && !HAS_ZSTD) throw badValue('--codec', codec, 'zstd on Node 22.15 and newer only');
  if (uuid !== undefined) checkUuid(uuid);
  const stallMs = stallLimitOf(flags.stallLimit, STALL_MS);
  const common = {
    listen,
    channels: alone ? 0 : channels,
    pageSize,
    pagesPerPacket: pagesPerBatch,
    codec,
    ignoreSync: false,
    connectMs: CONNECT_MS,
    stallMs,
    packetMs: packetLimitMs(pageSize * pagesPerBatch),
    pinned: false,
    digest: true,
    ...(uuid === undefined ? {} : { uuid }),
    ...(ramOut === undefined ? {} : { ramOut, replaces: flags.force === true }),
  };
  requireFree('--ram-out', ramOut, { force: flags.force });
  requireOfOutputs(flags);
  const token = tokenOf(flags.tokenFile);
  if (ramBytes === undefined) {
    if (token !== undefined) throw new UsageError(NO_TOKEN);
    if (flags.batchPages !== undefined) throw new UsageError('--batch-pages: a QEMU sends 512 KiB in each packet');
    const numbersStrict = flags.strictNumbers === true;
    return {
      ...common,
      ...packetsOf(flags.pageSize),
      ...outputsOf(flags),
      mostRamBytes: availableBytes(),
      idleMs: pauseLimitOf(flags.pauseLimit),
      numbersGrow: numbersStrict,
      numbersDense: numbersStrict,
    };
  }
  if (flags.pauseLimit !== undefined)
    throw new UsageError('--pause-limit: only where a QEMU sends, without --ram-bytes');
  for (const [flag, value] of [
    ['--block', block],
    ['--blocks-out', blocksOut],
  ]) {
    if (value !== undefined) throw new UsageError(`${flag}: a sender whose size is given by --ram-bytes has one block`);
  }
  const bytes = parseBytes(ramBytes) ?? 0;
  if (bytes < 1) throw badValue('--ram-bytes', ramBytes, 'the size of the RAM that will come, as in 1g or 4096');
  requireMemory({ RAM: bytes });
  return {
    ...common,
    blocks: [{ name: 'm0', bytes: roundUp(bytes, pageSize) }],
    idleMs: stallMs,
    numbersGrow: true,
    numbersDense: true,
    imageBytes: bytes,
    whole: true,
    oneMoreFails: token === undefined,
    ...(token === undefined ? {} : { token }),
  };
}

/** Loaded only where it is asked for. */
async function measure(flags: ReceiveFlags): Promise<number> {
  return (await import('./receive-measure.js')).serveTune(flags);
}

function checkUuid(text: string): void {
  try {
    uuidBytes(text);
  } catch {
    throw badValue('--uuid', text, '32 hexadecimal digits, with or without dashes');
  }
}
