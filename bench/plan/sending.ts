// What `send` and `migrate` take beside the axes: who is at the other end, and who finds pages of zeros.
import type { ZeroPages } from '../../src/session/cell.js';
import { uuidBytes } from '../../src/wire/initial-packet.js';
import type { StreamVersion } from '../../src/wire/main-stream-writer.js';
import { badValue, UsageError } from '../base/usage-error.js';

interface Peer {
  /** What goes beside the channels. */
  readonly mainStream?: StreamVersion;
  /** How it can be told of pages of zeros; the first is what QEMU itself does. */
  readonly zeroPages: readonly ZeroPages[];
  /** Whether it ends the connections when it has read all. */
  readonly ends: boolean;
  /** Whether it acknowledges in the end: its count, and the RAM's SHA-256. */
  readonly acknowledges?: boolean;
}

/** 10.0 and newer: the streams of 10.0 and 11.1 are the same. */
const NEWEST: Peer = { mainStream: '10.0', zeroPages: ['multifd', 'legacy', 'none'], ends: true };

/** `receiver` is this program's `receive`; `drain` is anything that takes bytes: nothing is expected of it. */
const PEERS: Readonly<Record<string, Peer>> = {
  receiver: { zeroPages: ['none', 'multifd'], ends: true, acknowledges: true },
  drain: { zeroPages: ['none', 'multifd'], ends: false },
  // Up to 8.0. Its packets have no place for pages of zeros.
  'qemu-7.2': { mainStream: '7.2', zeroPages: ['legacy', 'none'], ends: true },
  'qemu-9.x': { mainStream: '9.0', zeroPages: ['multifd', 'legacy', 'none'], ends: true },
  'qemu-10.0': NEWEST,
  'qemu-11.1': NEWEST,
  qemu: NEWEST,
};

/** What a sender is told that sends as QEMU 7.2 does: the destination does not say it. */
export const OLD_STREAM =
  'this is the stream of QEMU up to 8.0: one of 8.1 or newer takes it without complaint, and loses pages, unless it was ' +
  'started with -global migration.multifd-flush-after-each-section=on';

export function parsePeer(text: string): Peer {
  if (!Object.hasOwn(PEERS, text)) throw badValue('--peer', text, Object.keys(PEERS).join(', '));
  return PEERS[text]!;
}

export function parseZeroPages(text: string | undefined, takes: readonly ZeroPages[]): ZeroPages {
  const name = text === undefined ? takes[0]! : takes.find((each) => each === text);
  if (!name) throw badValue('--zero-pages', text!, takes.join(', '));
  return name;
}

/** As QEMU's `-uuid`; checked, and given back. */
export function parseUuid(text: string): string {
  try {
    uuidBytes(text);
    return text;
  } catch {
    throw badValue('--uuid', text, '32 hexadecimal digits, as in 9c0e2f5e-6c2b-4d0a-8f55-0123456789ab');
  }
}

/** The main stream gives a name's length in a byte, and packets have 256 bytes for it, the last one zero. */
export function parseBlockName(text: string): string {
  const { length } = Buffer.from(text);
  if (length === 0 || length > 255 || text.includes('\0')) throw badValue('--block', text, 'a name of 1 to 255 bytes');
  return text;
}

/** Capabilities of a destination that takes the same stream with them as without. */
const HARMLESS = [
  'multifd',
  'return-path',
  'switchover-ack',
  'zero-copy-send',
  'dirty-bitmaps',
  'postcopy-ram',
  'events',
];

/** Those that need another stream: why each is refused. */
const NOT_SPOKEN: Readonly<Record<string, string>> = {
  'postcopy-preempt': 'the destination waits for one connection more',
  'x-ignore-shared': 'all of the RAM is sent',
  'mapped-ram': 'it is read from a file: `send --to file:PATH` writes one',
  tls: 'connections are not encrypted',
};

/** Capabilities of QEMU that the destination has been given. Throws UsageError. */
export function checkCapabilities(list: string): void {
  for (const name of list.split(',').map((item) => item.trim())) {
    if (HARMLESS.includes(name)) continue;
    const why = Object.hasOwn(NOT_SPOKEN, name) ? NOT_SPOKEN[name] : undefined;
    if (why === undefined) throw badValue('--capabilities', name, HARMLESS.join(', '));
    throw new UsageError(`--capabilities: ${name} is not spoken: ${why}`);
  }
}

/** QEMU's packets have one geometry on x86: 128 pages of 4 KiB. */
export function requireQemuPackets({ pageSize, pagesPerBatch }: { pageSize: number; pagesPerBatch: number }): void {
  if (pageSize !== 4096) throw badValue('--page-size', `${pageSize}`, '4096 where the peer is a QEMU');
  if (pagesPerBatch !== 128) throw badValue('--batch-pages', `${pagesPerBatch}`, '128 where the peer is a QEMU');
}
