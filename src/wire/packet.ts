// The packet: a header of 320 bytes and 8 for each page it may carry, then the pages' bytes (QEMU: MultiFDPacket_t).
import { MAGIC, VERSION } from './initial-packet.js';

/** What both ends of a migration must agree on before the first packet. */
export interface Geometry {
  /** Bytes a page. */
  readonly pageSize: number;
  /** Pages that a packet may carry (QEMU: page_count, 512 KiB / page size). The header has room for so many offsets. */
  readonly pagesPerPacket: number;
}

/** Offsets in the header, in bytes. All integers are big-endian. */
export const AT = {
  magic: 0,
  version: 4,
  flags: 8,
  pagesAllocated: 12,
  normalPages: 16,
  nextPacketSize: 20,
  number: 24,
  zeroPages: 32,
  blockName: 64,
  offsets: 320,
} as const;

export const FLAG_SYNC = 1;
/** Five bits say how the pages' bytes are packed; 0 is not at all. */
export const FLAGS_CODEC = 0x1f << 1;
export const FLAGS_OF_CODECS = { none: 0, zlib: 1 << 1, zstd: 2 << 1 } as const;
export type CodecName = keyof typeof FLAGS_OF_CODECS;
/** A packet of another layout, for devices' state: device-state.ts. */
export const FLAG_DEVICE_STATE = 32 << 1;

/** The block's name takes 256 bytes and ends with a zero byte. */
export const BLOCK_NAME_BYTES = 256;
/** Most pages of a packet, and most bytes of them: what a receiver sets memory aside for. */
const MOST_PAGES_PER_PACKET = 65_536;
export const MOST_DATA_BYTES = 1 << 30;

const TWO_TO_32 = 0x1_0000_0000;

export function headerBytes({ pageSize, pagesPerPacket }: Geometry): number {
  if (!(Number.isInteger(pagesPerPacket) && pagesPerPacket > 0 && pagesPerPacket <= MOST_PAGES_PER_PACKET)) {
    throw new RangeError(`pages per packet: expected 1 to ${MOST_PAGES_PER_PACKET}, got ${pagesPerPacket}`);
  }
  const data = pageSize * pagesPerPacket;
  if (!(data <= MOST_DATA_BYTES))
    throw new RangeError(`packet: expected at most ${MOST_DATA_BYTES} bytes, got ${data}`);
  return AT.offsets + 8 * pagesPerPacket;
}

/** The fields of one packet. Reused for all packets of a channel. */
export class Packet {
  flags = 0;
  /** Pages that the sender's batch has room for; QEMU 9.0 and newer say 0 in SYNC packets. */
  pagesAllocated = 0;
  /** Pages whose bytes follow. */
  normalPages = 0;
  /** Pages that are all zero: listed after the normal ones, no bytes follow. */
  zeroPages = 0;
  /** Bytes of page data that follow. Says nothing when there are no normal pages: QEMU 7.2 leaves an old value in it. */
  nextPacketSize = 0;
  /** Number over all channels, from 0 (QEMU: packet_num). */
  number = 0;
  blockName = '';
  /** Where in its block each page starts, in bytes. */
  readonly offsets: Float64Array;

  constructor(geometry: Geometry) {
    this.offsets = new Float64Array(geometry.pagesPerPacket);
  }

  get sync(): boolean {
    return (this.flags & FLAG_SYNC) !== 0;
  }

  get deviceState(): boolean {
    return (this.flags & FLAG_DEVICE_STATE) !== 0;
  }

  /** Bytes that really follow the header. */
  get dataBytes(): number {
    return this.normalPages === 0 && !this.deviceState ? 0 : this.nextPacketSize;
  }
}

/** Fills the header of one packet after the other into the same bytes. */
export class PacketHeader {
  readonly bytes: Buffer;
  private readonly view: DataView;
  private blockName = '';
  private offsets = 0;

  constructor(geometry: Geometry) {
    this.bytes = Buffer.alloc(headerBytes(geometry));
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    this.view.setUint32(AT.magic, MAGIC);
    this.view.setUint32(AT.version, VERSION);
  }

  /** Nothing of the packet before stays in the bytes: QEMU once leaked such. */
  fill(packet: Packet): void {
    const { view, bytes } = this;
    view.setUint32(AT.flags, packet.flags);
    view.setUint32(AT.pagesAllocated, packet.pagesAllocated);
    view.setUint32(AT.normalPages, packet.normalPages);
    view.setUint32(AT.nextPacketSize, packet.nextPacketSize);
    setUint64(view, AT.number, packet.number);
    view.setUint32(AT.zeroPages, packet.zeroPages);
    if (packet.blockName !== this.blockName) {
      bytes.fill(0, AT.blockName, AT.offsets);
      bytes.set(encodeName(packet.blockName), AT.blockName);
      this.blockName = packet.blockName;
    }
    const pages = packet.normalPages + packet.zeroPages;
    for (let page = 0; page < pages; page++) setUint64(view, AT.offsets + 8 * page, packet.offsets[page]!);
    if (pages < this.offsets) bytes.fill(0, AT.offsets + 8 * pages, AT.offsets + 8 * this.offsets);
    this.offsets = pages;
  }
}

/** Throws RangeError for a name that has no room, or that a reader would cut. */
function encodeName(name: string): Buffer {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length >= BLOCK_NAME_BYTES || bytes.includes(0)) {
    throw new RangeError(
      `RAM block name: expected at most ${BLOCK_NAME_BYTES - 1} bytes, none of them zero, got ${name}`,
    );
  }
  return bytes;
}

/** Exact below 2^53; above, the nearest number, which is far beyond every limit. */
export function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * TWO_TO_32 + view.getUint32(at + 4);
}

export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / TWO_TO_32));
  // Takes the low 32 bits by itself; `%` on such numbers is a slow call.
  view.setUint32(at + 4, value);
}
