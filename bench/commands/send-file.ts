// send --to file:PATH: writes a mapped-ram file, which QEMU 9.0 and newer load by `migrate-incoming file:PATH`.
import { rmSync } from 'node:fs';
import { checkOutput, temporaryName } from '../../src/os/output-file.js';
import type { Cell } from '../../src/session/cell.js';
import { flagOf } from '../base/modes.js';
import { requireFree } from '../base/output.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { Child } from '../measure/child.js';
import { oneLine } from '../measure/transfer.js';
import { requireMemory } from '../plan/memory.js';
import { oneShotCell, oneShotVariant } from '../plan/one-shot.js';
import { parseRam, ramBytes } from '../plan/ram-flag.js';
import { parseBlockName, parseZeroPages, requireQemuPackets } from '../plan/sending.js';
import { printSent, type SendFlags } from './sent.js';

const FILE = /^file:(.+)$/s;
const LINE = 'file';
/** A disk may be slow. */
const STALL_MS = 60_000;
/** What means nothing where there is no peer. */
const OF_PEERS = ['uuid', 'capabilities', 'tokenFile', 'codec'] as const;

/** The path, where `--to` names a file. */
export function fileOf(to: string): string | undefined {
  return FILE.exec(to)?.[1];
}

/** Returns 0 when the file is whole, on the disk, and has its name; 1 otherwise, and then nothing is left of it. */
export async function sendToFile(path: string, flags: SendFlags): Promise<number> {
  const other = OF_PEERS.find((flag) => flags[flag] !== undefined && flags[flag] !== 'none');
  if (other !== undefined) throw new UsageError(`${flagOf(other)}: not with a file`);
  if (flags.peer !== 'receiver') throw badValue('--peer', flags.peer, 'nothing where --to is a file');
  const zeroPages = parseZeroPages(flags.zeroPages, ['multifd', 'legacy', 'none']);
  const direct = flags.directIo === true;
  const shape = oneShotCell({ ...flags, transport: direct ? 'mapped-ram-direct' : 'mapped-ram' });
  requireQemuPackets(shape);
  const listed = await oneShotVariant(flags.variants, shape.depth);
  const given = parseRam(flags.ram, 1);
  requireFree('--to', path, { force: flags.force, ...('file' in given ? { source: given.file } : {}) });
  const bytes = ramBytes(given);
  requireMemory({ RAM: bytes });
  const ram = { ...given, ...(flags.block === undefined ? {} : { block: parseBlockName(flags.block) }) };
  const cell: Cell = { ...shape, variant: listed.variant.name, workload: 'transfer', zeroPages };
  let client: Child | undefined;
  try {
    checkOutput(path, flags.force);
    const plan = { senders: cell.channels, requesters: 1, ram, watchdogMs: 2 * STALL_MS, stallMs: STALL_MS };
    client = await Child.start(plan, [listed]);
    const sha256 = await client.digest(bytes);
    await client.connect(LINE, { path }, cell.channels, { file: { path, direct, replaces: flags.force === true } });
    const sent = await oneLine(client, cell, LINE);
    await client.disconnect(LINE, STALL_MS);
    printSent(flags, cell, { peer: 'mapped-ram', bytes, ...sent, sha256 });
    return 0;
  } catch (cause) {
    process.stderr.write(`multifd-bench: send: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    await client?.kill();
    if (client) rmSync(temporaryName(path, client.pid), { force: true });
  }
}
