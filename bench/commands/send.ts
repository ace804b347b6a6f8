// The send command: the sending end alone, to a receiver on this host or another.
import type { Cell } from '../../src/session/cell.js';
import { RoundClient } from '../measure/round-client.js';
import { oneLine } from '../measure/transfer.js';
import { parseAddress } from '../plan/address.js';
import { loadVariants } from '../plan/catalogue.js';
import { requireMemory } from '../plan/memory.js';
import { type OneShotFlags, oneShotCell } from '../plan/one-shot.js';
import { parseRam, ramBytes } from '../plan/ram-flag.js';
import { parsePeer, parseZeroPages } from '../plan/sending.js';
import { UsageError } from '../plan/usage-error.js';

export interface SendFlags extends OneShotFlags {
  readonly ram: string;
  readonly to: string;
  readonly peer: string;
  readonly zeroPages?: string;
  readonly json?: boolean;
}

const LINE = 'sending';

/** Returns 0 when everything was written and every SYNC with it; whether it arrived is the receiver's to say. */
export async function send(flags: SendFlags): Promise<number> {
  const listed = await loadVariants(flags.variants ?? 'atomic-barrier');
  if (listed.length > 1) throw new UsageError(`--variants: got "${flags.variants}", takes one variant here`);
  parsePeer(flags.peer);
  const zeroPages = parseZeroPages(flags.zeroPages, 'none', false);
  const address = parseAddress('--to', flags.to);
  const shape = oneShotCell({ ...flags, transport: 'path' in address ? 'unix' : 'tcp' });
  const given = parseRam(flags.ram, 1);
  const bytes = ramBytes(given);
  requireMemory({ RAM: bytes });
  const ram = 'file' in given ? { ...given, pageSize: shape.pageSize } : given;
  const cell: Cell = { ...shape, variant: listed[0]!.variant.name, workload: 'transfer', zeroPages };
  let client: RoundClient | undefined;
  try {
    const plan = { senders: cell.channels, requesters: 1, ram, watchdogMs: 10_000 };
    client = await RoundClient.start(plan, listed);
    const sha256 = await client.digest(bytes);
    await client.connect(LINE, address, cell.channels);
    const sent = await oneLine(client, cell, LINE);
    await client.disconnect(LINE);
    const answer = { variant: cell.variant, channels: cell.channels, bytes, ...sent, sha256 };
    if (flags.json) process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    else {
      process.stdout.write(
        `${(bytes / 2 ** 20).toFixed(1)} MiB sent by ${cell.variant} over ${cell.channels} channels: ` +
          `${sent.mibPerSecond.toFixed(0)} MiB/s, ${sent.cpuSecondsPerGib.toFixed(3)} CPU s/GiB\nSHA-256 ${sha256}\n`,
      );
    }
    return 0;
  } catch (cause) {
    process.stderr.write(`multifd-bench: send: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    await client?.kill();
  }
}
