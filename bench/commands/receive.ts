// The receive command: the receiving end alone. It checks every field of every packet, and keeps the RAM if all is well.

import { roundUp } from '../../src/ram/ram.js';
import { Receiver } from '../../src/receiver/receiver.js';
import { addressText } from '../../src/transport/line.js';
import { parseAddress } from '../plan/address.js';
import { requireMemory } from '../plan/memory.js';
import { oneShotCell } from '../plan/one-shot.js';
import { parseBytes } from '../plan/quantities.js';
import { badValue } from '../plan/usage-error.js';

export interface ReceiveFlags {
  readonly listen: string;
  readonly ramBytes: string;
  readonly ramOut?: string;
  readonly channels?: string;
  readonly pageSize?: string;
  readonly batchPages?: string;
  readonly codec?: string;
  readonly json?: boolean;
}

/** From the first connection on. Before it, a receiver waits for as long as it takes. */
const CONNECT_MS = 10_000;
const STALL_MS = 10_000;

/** Returns 0 when every page came, 1 otherwise; the output file then does not appear. */
export async function receive(flags: ReceiveFlags): Promise<number> {
  const listen = parseAddress('--listen', flags.listen);
  const { channels, pageSize, pagesPerBatch, codec } = oneShotCell(flags);
  const bytes = parseBytes(flags.ramBytes) ?? 0;
  if (bytes < 1) throw badValue('--ram-bytes', flags.ramBytes, 'the size of the RAM that will come, as in 1g or 4096');
  requireMemory({ RAM: bytes });
  let receiver: Receiver | undefined;
  process.once('SIGINT', () => void receiver?.stop());
  try {
    receiver = await Receiver.start({
      listen,
      channels,
      pageSize,
      pagesPerPacket: pagesPerBatch,
      blocks: [{ name: 'm0', bytes: roundUp(bytes, pageSize) }],
      codec,
      numbersGrow: true,
      numbersDense: true,
      ignoreSync: false,
      connectMs: CONNECT_MS,
      stallMs: STALL_MS,
      idleMs: STALL_MS,
      pinned: false,
      imageBytes: bytes,
      digest: true,
      whole: true,
      ...(flags.ramOut === undefined ? {} : { ramOut: flags.ramOut }),
    });
    process.stderr.write(`listening on ${addressText(receiver.address)} for ${channels} channels\n`);
    const report = await receiver.report;
    if (flags.json) process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
    else {
      for (const { channel, pages, zeroPages, packets, syncs, bytes: came } of report.channels) {
        process.stdout.write(
          `channel ${channel}: ${pages} pages, ${zeroPages} zero pages, ${packets} packets, ${syncs} SYNC, ${came} bytes\n`,
        );
      }
      process.stdout.write(`${(report.durationMs / 1000).toFixed(2)} s, SHA-256 ${report.sha256}\n`);
    }
    return 0;
  } catch (cause) {
    process.stderr.write(`multifd-bench: receive: ${(cause as Error).message}\n`);
    return 1;
  } finally {
    await receiver?.stop();
  }
}
