// The send command: the sending end alone, to a receiver or a QEMU on this host or another.

import type { Command } from 'commander';
import type { Cell } from '../../src/session/cell.js';
import { RECEIVER_FAILED } from '../../src/transport/acknowledged.js';
import type { Acknowledgement } from '../../src/wire/acknowledgement.js';
import { parseAddress } from '../base/address.js';
import { exitWith } from '../base/exit-code.js';
import { NO_TOKEN, TOKEN_VARIABLE, tokenOf } from '../base/token.js';
import { UsageError } from '../base/usage-error.js';
import { Child } from '../measure/child.js';
import { oneLine, type Transferred } from '../measure/transfer.js';
import { requireMemory } from '../plan/memory.js';
import { oneShotCell, oneShotVariant, stallLimitOf } from '../plan/one-shot.js';
import { withOneShotAxes, withStallLimit } from '../plan/one-shot-options.js';
import { parseRam, ramBytes } from '../plan/ram-flag.js';
import {
  checkCapabilities,
  OLD_STREAM,
  parseBlockName,
  parsePeer,
  parseUuid,
  parseZeroPages,
  requireQemuPackets,
} from '../plan/sending.js';
import { TransferProgress } from '../tables/transfer-progress.js';
import { fileOf, sendToFile } from './send-file.js';
import { printSent, type SendFlags } from './sent.js';

const LINE = 'sending';
/** The peer unpacks, and may be on a slow disk. */
const STALL_MS = 10_000;
/** After a failure: to learn what the peer says of it. */
const LAST_WORDS_MS = 500;

export function declareSend(program: Command): void {
  withStallLimit(
    withOneShotAxes(program.command('send').description('send a RAM image: one end of a migration')),
    '10s',
  )
    .requiredOption('--ram <what>', 'a file, or a size as in 64m')
    .requiredOption('--to <address>', 'HOST:PORT, the path of a unix socket, or file:PATH: a mapped-ram file')
    .option('--direct-io', "write a file's pages around the kernel's cache (O_DIRECT)")
    .option(
      '--peer <name>',
      "receiver, qemu (10.0 and newer), qemu-11.1, qemu-10.0, qemu-9.x, qemu-7.2 (up to 8.0), or drain: anything that takes the channels' bytes",
      'receiver',
    )
    .option('--zero-pages <how>', 'who detects zero pages: none, legacy (the provider), multifd (the senders)')
    .option('--uuid <uuid>', "UUID of the machine, as QEMU's -uuid; default all zero")
    .option('--block <name>', "name of the RAM block: the id of QEMU's memory-backend; default m0")
    .option(
      '--capabilities <names>',
      'capabilities of the destination QEMU; those that need another stream are refused by name',
    )
    .option('--token-file <file>', `the token that the receiver asks for; or by ${TOKEN_VARIABLE}`)
    .option('--force', 'write over the file of --to file:PATH')
    .option('--json', 'as JSON')
    .action(async (flags: SendFlags) => exitWith(await send(flags)));
}

/** Returns 0 when a receiver acknowledged all of it; towards other peers, when everything was written and read as far as a sender can tell. */
export async function send(flags: SendFlags): Promise<number> {
  const path = fileOf(flags.to);
  if (path !== undefined) return sendToFile(path, flags);
  const ofFiles = flags.directIo ? '--direct-io' : flags.force ? '--force' : undefined;
  if (ofFiles !== undefined) throw new UsageError(`${ofFiles}: requires --to file:PATH`);
  const peer = parsePeer(flags.peer);
  const { mainStream } = peer;
  const zeroPages = parseZeroPages(flags.zeroPages, peer.zeroPages);
  const uuid = flags.uuid === undefined ? undefined : parseUuid(flags.uuid);
  if (flags.capabilities !== undefined) checkCapabilities(flags.capabilities);
  const token = tokenOf(flags.tokenFile);
  if (token !== undefined && flags.peer !== 'receiver') throw new UsageError(NO_TOKEN);
  const address = parseAddress('--to', flags.to);
  const shape = oneShotCell({ ...flags, transport: 'path' in address ? 'unix' : 'tcp' });
  const listed = await oneShotVariant(flags.variants, shape.depth);
  if (mainStream !== undefined) requireQemuPackets(shape);
  const stallMs = stallLimitOf(flags.stallLimit, STALL_MS);
  const given = parseRam(flags.ram, 1);
  const bytes = ramBytes(given);
  requireMemory({ RAM: bytes });
  const ram = {
    ...('file' in given ? { ...given, pageSize: shape.pageSize } : given),
    ...(flags.block === undefined ? {} : { block: parseBlockName(flags.block) }),
  };
  const cell: Cell = {
    ...shape,
    variant: listed.variant.name,
    workload: 'transfer',
    zeroPages,
    ...(mainStream === undefined ? {} : { mainStream }),
  };
  if (mainStream === '7.2') process.stderr.write(`warning: ${OLD_STREAM}\n`);
  let client: Child | undefined;
  try {
    const plan = { senders: cell.channels, requesters: 1, ram, watchdogMs: 2 * stallMs, stallMs };
    client = await Child.start(plan, [listed]);
    const sha256 = await client.digest(bytes);
    const { channels, codec, pageSize, pagesPerBatch: pagesPerPacket } = cell;
    const announced = peer.acknowledges ? { channels, codec, pageSize, pagesPerPacket, bytes, sha256 } : undefined;
    const rest = { main: mainStream !== undefined, token, announced, ...(uuid === undefined ? {} : { uuid }) };
    await client.connect(LINE, address, cell.channels, rest);
    const sent = await transfer(client, cell, bytes, peer.ends ? stallMs : undefined);
    const there = sent.acknowledged?.sha256 ?? sha256;
    if (there !== sha256) throw new Error(`the two ends differ: SHA-256 ${sha256} here, ${there} at the receiver`);
    printSent(flags, cell, { peer: flags.peer, bytes, ...sent, sha256 });
    return 0;
  } catch (cause) {
    process.stderr.write(`multifd-bench: send: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    await client?.kill();
  }
}

/** Sends the RAM. Rejects also when the peer resets a connection, or answers: then not all was read, or not understood. */
async function transfer(
  client: Child,
  cell: Cell,
  bytes: number,
  patienceMs: number | undefined,
): Promise<Transferred & { readonly acknowledged?: Acknowledgement }> {
  const batches = Math.ceil(bytes / cell.pageSize / cell.pagesPerBatch);
  const progress = new TransferProgress(() => client.packets(), batches);
  try {
    const sent = await oneLine(client, cell, LINE).catch(async (cause: Error) => {
      await client.close().catch(() => {});
      throw new Error(await withLastWords(client, cause.message), { cause });
    });
    const written = performance.now();
    const acknowledged = await client.disconnect(LINE, patienceMs);
    if (patienceMs === undefined) return sent;
    const mib = bytes / 2 ** 20;
    if (acknowledged && acknowledged.transferMs > 0)
      return { ...sent, mibPerSecond: (mib / acknowledged.transferMs) * 1000, acknowledged };
    // Buffers are filled long before the peer has taken what is in them: its end of the connections counts.
    const partingSeconds = (performance.now() - written) / 1000;
    return { ...sent, mibPerSecond: mib / (mib / sent.mibPerSecond + partingSeconds) };
  } catch (cause) {
    if (cell.mainStream === undefined) throw cause;
    const { message } = cause as Error;
    throw new Error(`${message}; the destination: ${hintOf(message)}`, { cause });
  } finally {
    progress.end();
  }
}

/** Where to look for the reason. A destination with TLS ends the connections once it has read what is no handshake. */
function hintOf(message: string): string {
  if (message.includes('answered')) return 'what a return path or TLS would say is not understood';
  const ended = /ECONNRESET|EPIPE|the connection broke/.test(message);
  return `its monitor or log says why${ended ? '; one that was given tls-creds ends connections so: TLS is not spoken' : ''}`;
}

/** Why sending failed: what a receiver says of it, else what happened here, and what the peer answered if it did. */
async function withLastWords(client: Child, reason: string): Promise<string> {
  try {
    await client.disconnect(LINE, LAST_WORDS_MS);
    return reason;
  } catch (cause) {
    const { message } = cause as Error;
    if (message.startsWith(RECEIVER_FAILED)) return message;
    return message.includes('answered') ? `${reason}; ${message}` : reason;
  }
}
