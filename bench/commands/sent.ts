// What `send` takes, and what it says of what it sent.
import type { Cell } from '../../src/session/cell.js';
import type { Acknowledgement } from '../../src/wire/acknowledgement.js';
import { counted } from '../base/quantities.js';
import type { Transferred } from '../measure/transfer.js';
import type { OneShotFlags } from '../plan/one-shot.js';
import { transferRate, transferSize } from '../tables/transfer-rate.js';
import { columnsOf } from '../terminal/width.js';
import { wrap } from '../terminal/wrap.js';

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
  /** What a receiver says in the end. */
  readonly acknowledged?: Acknowledgement;
}

/** What was sent, as people or programs read it. */
export function printSent({ json }: SendFlags, cell: Cell, { peer, bytes, sha256, ...sent }: Sent): void {
  const { variant, channels, codec, zeroPages } = cell;
  if (json) {
    const answer = { variant, channels, peer, codec, zeroPages, bytes, ...sent, sha256 };
    process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    return;
  }
  const { acknowledged } = sent;
  const by = acknowledged && ` by the receiver's clock (${(acknowledged.transferMs / 1000).toFixed(3)} s)`;
  const lines = [
    `${transferSize(bytes)} sent by ${variant} over ${counted(channels, 'channel')}`,
    transferRate(bytes, sent, by),
    ...(acknowledged ? ['equal at the receiver'] : []),
    `SHA-256 ${sha256}`,
    ...knownOf(peer, acknowledged),
  ];
  process.stdout.write(`${lines.map((line) => wrap(line, columnsOf(process.stdout), 2)).join('\n')}\n`);
}

/** What a sender knows of its peer in the end. */
function knownOf(peer: string, acknowledged: Acknowledgement | undefined): readonly string[] {
  if (acknowledged) {
    const { bytes, pages, zeroPages } = acknowledged;
    return [`it took ${counted(bytes, 'byte')}: ${counted(pages, 'page')} and ${counted(zeroPages, 'zero page')}`];
  }
  return peer === 'mapped-ram' ? [] : [`written; whether ${peer} has it, and kept it, cannot be known here`];
}
