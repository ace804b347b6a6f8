// The receive command: the receiving end alone, of our own sender or of a real QEMU. It checks every field of every packet.

import type { Command } from 'commander';
import { type Address, addressText } from '../../src/os/address.js';
import { roundUp } from '../../src/ram/ram.js';
import type { ReceiverPlan } from '../../src/receiver/plan.js';
import { Receiver } from '../../src/receiver/receiver.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { uuidBytes } from '../../src/wire/initial-packet.js';
import { parseAddress } from '../base/address.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { parseBytes } from '../base/quantities.js';
import { NO_TOKEN, TOKEN_VARIABLE, tokenOf } from '../base/token.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { axes } from '../plan/axes.js';
import { availableBytes, requireMemory } from '../plan/memory.js';
import { oneShotCell } from '../plan/one-shot.js';
import { showReception } from '../tables/reception.js';

export interface ReceiveFlags {
  readonly listen: string;
  readonly ramBytes?: string;
  readonly ramOut?: string;
  readonly block?: string;
  readonly blocksOut?: string;
  readonly channels?: string;
  readonly pageSize?: string;
  readonly batchPages?: string;
  readonly codec?: string;
  readonly uuid?: string;
  readonly strictNumbers?: boolean;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** From the first connection on. Before it, a receiver waits for as long as it takes. */
const CONNECT_MS = 10_000;
const STALL_MS = 10_000;
/** A packet of 512 KiB over the slowest link that is of use. */
const PACKET_MS = 60_000;
/** A QEMU whose guest dirties little, or that is told to pause before the end, is silent for longer. */
const QEMU_IDLE_MS = 60_000;

export function declareReceive(program: Command): void {
  program
    .command('receive')
    .description('the receiving end of a migration alone, also from a real QEMU: checks every packet')
    .requiredOption('--listen <address>', 'HOST:PORT (:PORT is this machine alone), or a path for a unix socket')
    .option(
      '--ram-bytes <size>',
      'size of the RAM that `send` will send; without it a QEMU is expected, which says its own',
    )
    .option('--ram-out <file>', 'keep the RAM; the name appears only when all is well, mode 0600')
    .option('--block <name>', "the RAM block of a QEMU that --ram-out keeps; default its first, the guest's RAM")
    .option('--blocks-out <directory>', 'keep every RAM block of a QEMU in a file of its own; must not be there yet')
    .option('--uuid <uuid>', "the machine's; default all zero, as of a QEMU without -uuid")
    .option('--strict-numbers', 'packet numbers of a QEMU must grow and leave none out: 9.0 and newer keep to that')
    .option('--channels <n>', axes.channels.takes, '2')
    .option('--page-size <size>', axes.pageSize.takes)
    .option('--batch-pages <n>', axes.pagesPerBatch.takes)
    .option('--codec <name>', axes.codec.takes)
    .option('--token-file <file>', `senders must show this token; or by ${TOKEN_VARIABLE}; not with a QEMU`)
    .option('--json', 'as JSON')
    .action(async (flags: ReceiveFlags) => exitWith(await receive(flags)));
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
    const from = plan.blocks ? '' : ' and a main stream';
    if (plan.token === undefined && !isThisMachine(receiver.address)) {
      process.stderr.write('warning: whoever reaches this address can send; --token-file asks for a token\n');
    }
    process.stderr.write(`listening on ${addressText(receiver.address)} for ${plan.channels} channels${from}\n`);
    const report = await receiver.report;
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 1)}\n` : showReception(report));
    return 0;
  } catch (cause) {
    if (interrupts.code !== undefined) {
      process.stderr.write('interrupted: nothing is kept\n');
      return interrupts.code;
    }
    process.stderr.write(`multifd-bench: receive: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    interrupts.close();
    await receiver?.stop();
  }
}

function planOf(flags: ReceiveFlags): ReceiverPlan {
  const listen = parseAddress('--listen', flags.listen);
  const { channels, pageSize, pagesPerBatch, codec } = oneShotCell(flags);
  const { ramBytes, ramOut, block, blocksOut, uuid } = flags;
  if (codec === 'zstd' && !HAS_ZSTD) throw badValue('--codec', codec, 'zstd on Node 22.15 and newer only');
  if (uuid !== undefined) checkUuid(uuid);
  const common = {
    listen,
    channels,
    pageSize,
    pagesPerPacket: pagesPerBatch,
    codec,
    ignoreSync: false,
    connectMs: CONNECT_MS,
    stallMs: STALL_MS,
    packetMs: PACKET_MS,
    pinned: false,
    digest: true,
    ...(uuid === undefined ? {} : { uuid }),
    ...(ramOut === undefined ? {} : { ramOut }),
  };
  const token = tokenOf(flags.tokenFile);
  if (ramBytes === undefined) {
    if (token !== undefined) throw new UsageError(NO_TOKEN);
    const numbersStrict = flags.strictNumbers === true;
    return {
      ...common,
      mostRamBytes: availableBytes(),
      idleMs: QEMU_IDLE_MS,
      numbersGrow: numbersStrict,
      numbersDense: numbersStrict,
      ...(block === undefined ? {} : { block }),
      ...(blocksOut === undefined ? {} : { blocksOut }),
    };
  }
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
    idleMs: STALL_MS,
    numbersGrow: true,
    numbersDense: true,
    imageBytes: bytes,
    whole: true,
    ...(token === undefined ? {} : { token }),
  };
}

/** True for addresses that other machines do not reach. */
function isThisMachine(address: Address): boolean {
  return 'path' in address || /^(?:127\.|::1$|localhost$)/.test(address.host);
}

function checkUuid(text: string): void {
  try {
    uuidBytes(text);
  } catch {
    throw badValue('--uuid', text, '32 hexadecimal digits, with or without dashes');
  }
}
