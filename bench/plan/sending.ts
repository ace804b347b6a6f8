// What `send` and `migrate` take beside the axes: who is at the other end, and who finds pages of zeros.
import type { ZeroPages } from '../../src/session/cell.js';
import { badValue } from './usage-error.js';

/** `receiver` is this program's `receive`; `drain` is anything that takes bytes: nothing is expected of it. */
const PEERS = ['receiver', 'drain'] as const;
export type PeerName = (typeof PEERS)[number];

export function parsePeer(text: string): PeerName {
  const name = PEERS.find((each) => each === text);
  if (!name) throw badValue('--peer', text, PEERS.join(', '));
  return name;
}

/** `legacy` tells of them on a main stream: only where there is one. */
export function parseZeroPages(text: string | undefined, fallback: ZeroPages, mainStream: boolean): ZeroPages {
  const names: readonly ZeroPages[] = mainStream ? ['none', 'legacy', 'multifd'] : ['none', 'multifd'];
  const name = text === undefined ? fallback : names.find((each) => each === text);
  if (!name) throw badValue('--zero-pages', text!, names.join(', '));
  return name;
}
