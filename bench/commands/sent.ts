// What `send` takes, and what it says of what it sent.
import type { Cell } from '../../src/session/cell.js';
import type { Transferred } from '../measure/transfer.js';
import type { OneShotFlags } from '../plan/one-shot.js';

export interface SendFlags extends OneShotFlags {
  readonly ram: string;
  readonly to: string;
  readonly peer: string;
  readonly zeroPages?: string;
  readonly uuid?: string;
  readonly block?: string;
  readonly capabilities?: string;
  readonly tokenFile?: string;
  readonly directIo?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface Sent extends Transferred {
  readonly peer: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a sender knows of its peers in the end. */
const KNOWN: Readonly<Record<string, string>> = {
  'mapped-ram': '',
  receiver: 'the receiver took all of it; whether it kept it, it says itself\n',
};

/** What was sent, as people or programs read it. */
export function printSent({ json }: SendFlags, cell: Cell, { peer, bytes, sha256, ...sent }: Sent): void {
  const { variant, channels, codec, zeroPages } = cell;
  if (json) {
    const answer = { variant, channels, peer, codec, zeroPages, bytes, ...sent, sha256 };
    process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    return;
  }
  process.stdout.write(
    `${(bytes / 2 ** 20).toFixed(1)} MiB sent by ${variant} over ${channels} channels: ` +
      `${sent.mibPerSecond.toPrecision(3)} MiB/s, ${sent.cpuSecondsPerGib.toFixed(3)} CPU s/GiB\nSHA-256 ${sha256}\n` +
      (KNOWN[peer] ?? `written; whether ${peer} has it, and kept it, cannot be known here\n`),
  );
}
