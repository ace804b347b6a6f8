// Checks the header of a packet, field by field, before any of it is used: QEMU's checks, and stricter ones.
import { isState, parseState } from './device-state.js';
import { MAGIC, VERSION } from './initial-packet.js';
import {
  AT,
  BLOCK_NAME_BYTES,
  type CodecName,
  FLAG_SYNC,
  FLAGS_CODEC,
  FLAGS_OF_CODECS,
  type Geometry,
  getUint64,
  headerBytes,
  type Packet,
} from './packet.js';
import { hexadecimal, named, quoted, WireError } from './wire-error.js';

/** What a receiver accepts, the same for all channels. */
export interface WireRules extends Geometry {
  /** Absent where a main stream will say it: before the first packet. */
  readonly blocks?: readonly { readonly name: string; readonly bytes: number }[];
  readonly codec: CodecName;
  /** Packet numbers must grow on each channel. QEMU before 9.0 numbers packets in a race, and repeats some. */
  readonly numbersGrow: boolean;
  /** True where packets of device state may come among those of RAM. */
  readonly deviceState?: boolean;
}

/** Parses the headers of one channel. */
export class PacketParser {
  private readonly channel: number;
  private readonly rules: WireRules;
  private blocks: ReadonlyMap<string, { readonly index: number; readonly bytes: number }> = new Map();
  private readonly sorted: Float64Array;
  private lastNumber = -1;
  /** Pages that a batch of the sender has room for, as its last packet says. */
  private capacity = 0;

  constructor(channel: number, rules: WireRules) {
    headerBytes(rules);
    this.channel = channel;
    this.rules = rules;
    this.sorted = new Float64Array(rules.pagesPerPacket);
    this.setBlocks(rules.blocks ?? []);
  }

  setBlocks(blocks: NonNullable<WireRules['blocks']>): void {
    // A block that is no multiple of the page ends inside its last page, which travels whole.
    const whole = (bytes: number) => Math.ceil(bytes / this.rules.pageSize) * this.rules.pageSize;
    this.blocks = new Map(blocks.map(({ name, bytes }, index) => [name, { index, bytes: whole(bytes) }]));
  }

  /** Fills `packet` from a whole header and returns the index of its block, -1 without pages. Throws WireError. */
  parse(header: Uint8Array, packet: Packet, position: number): number {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const wrong = (field: string, accepted: string, got: number | bigint | string) =>
      new WireError({ channel: this.channel, packet: position }, field, accepted, got);
    const magic = view.getUint32(AT.magic);
    // After the first packet it may be the contents of a page that stand here: they are nobody's to see.
    if (magic !== MAGIC)
      throw wrong('magic', hexadecimal(MAGIC), position === 0 ? hexadecimal(magic) : `something else${this.misfit()}`);
    const version = view.getUint32(AT.version);
    if (version !== VERSION) throw wrong('version', `${VERSION}`, version);
    if (isState(header)) {
      if (!this.rules.deviceState) throw wrong('flags', 'no device state', hexadecimal(view.getUint32(AT.flags)));
      parseState(header, packet, wrong);
      return -1;
    }
    this.parseCounts(view, packet, wrong);
    this.parseFlags(view, packet, wrong);
    this.parseNumber(view, packet, wrong);
    this.parseSize(packet, wrong);
    return packet.normalPages + packet.zeroPages === 0 ? -1 : this.parsePages(header, view, packet, wrong);
  }

  /** A header has room for all pages that a batch may have: where senders' batches are smaller, pages are read as headers. */
  private misfit(): string {
    const { capacity, rules } = this;
    if (capacity === 0 || capacity === rules.pagesPerPacket) return '';
    return `: the sender's packets have ${capacity} pages, here they have ${rules.pagesPerPacket} (--batch-pages)`;
  }

  private parseCounts(view: DataView, packet: Packet, wrong: Wrong): void {
    const { pagesPerPacket } = this.rules;
    const allocated = view.getUint32(AT.pagesAllocated);
    if (allocated > pagesPerPacket) throw wrong('pages_alloc', `at most ${pagesPerPacket}`, allocated);
    const normal = view.getUint32(AT.normalPages);
    if (normal > allocated) throw wrong('normal_pages', `at most pages_alloc = ${allocated}`, normal);
    const zero = view.getUint32(AT.zeroPages);
    if (zero > allocated - normal) throw wrong('zero_pages', `at most ${allocated} - ${normal} normal pages`, zero);
    packet.pagesAllocated = allocated;
    this.capacity = allocated;
    packet.normalPages = normal;
    packet.zeroPages = zero;
  }

  private parseFlags(view: DataView, packet: Packet, wrong: Wrong): void {
    const { codec } = this.rules;
    const flags = view.getUint32(AT.flags);
    const unknown = (flags & ~(FLAG_SYNC | FLAGS_CODEC)) >>> 0;
    if (unknown !== 0) throw wrong('flags', 'only SYNC and a codec', hexadecimal(flags));
    const packing = flags & FLAGS_CODEC;
    const expected = FLAGS_OF_CODECS[codec];
    // Without pages there is nothing to unpack, and senders differ in what they say then.
    const fits = packing === expected || (packet.normalPages === 0 && packing === 0);
    if (!fits) throw wrong('flags', `codec ${codec} = ${hexadecimal(expected)}`, hexadecimal(packing));
    packet.flags = flags;
  }

  private parseNumber(view: DataView, packet: Packet, wrong: Wrong): void {
    const number = getUint64(view, AT.number);
    if (number > Number.MAX_SAFE_INTEGER) throw wrong('packet_num', 'less than 2^53', view.getBigUint64(AT.number));
    if (this.rules.numbersGrow && number <= this.lastNumber) {
      throw wrong('packet_num', `more than the channel's last, ${this.lastNumber}`, number);
    }
    this.lastNumber = number;
    packet.number = number;
    packet.nextPacketSize = view.getUint32(AT.nextPacketSize);
  }

  private parseSize({ normalPages, nextPacketSize }: Packet, wrong: Wrong): void {
    if (normalPages === 0) return;
    const { codec, pageSize } = this.rules;
    const plain = normalPages * pageSize;
    if (codec === 'none') {
      if (nextPacketSize !== plain) throw wrong('next_packet_size', `${normalPages} pages, ${plain}`, nextPacketSize);
    } else if (nextPacketSize === 0 || nextPacketSize > mostPacked(plain)) {
      throw wrong('next_packet_size', `1 to ${mostPacked(plain)} for ${normalPages} packed pages`, nextPacketSize);
    }
  }

  private parsePages(header: Uint8Array, view: DataView, packet: Packet, wrong: Wrong): number {
    const { pageSize } = this.rules;
    const name = decodeName(header);
    const block = this.blocks.get(name);
    if (!block) throw wrong('ramblock', `one of ${named(this.blocks.keys())}`, quoted(name));
    const pages = packet.normalPages + packet.zeroPages;
    let ascending = true;
    for (let page = 0; page < pages; page++) {
      const offset = getUint64(view, AT.offsets + 8 * page);
      if (offset > block.bytes - pageSize) {
        const exact = view.getBigUint64(AT.offsets + 8 * page);
        throw wrong(`offset[${page}]`, `at most ${block.bytes - pageSize} in block ${named([name])}`, exact);
      }
      if (offset % pageSize !== 0) throw wrong(`offset[${page}]`, `a multiple of the page size ${pageSize}`, offset);
      if (page > 0 && offset <= packet.offsets[page - 1]!) ascending = false;
      packet.offsets[page] = offset;
    }
    if (!ascending) this.findTwice(packet.offsets, pages, wrong);
    packet.blockName = name;
    return block.index;
  }

  private findTwice(offsets: Float64Array, pages: number, wrong: Wrong): void {
    const sorted = this.sorted.subarray(0, pages);
    sorted.set(offsets.subarray(0, pages));
    sorted.sort();
    for (let page = 1; page < pages; page++) {
      const offset = sorted[page]!;
      if (offset !== sorted[page - 1]) continue;
      const second = offsets.indexOf(offset, offsets.indexOf(offset) + 1);
      throw wrong(`offset[${second}]`, 'each page once a packet', `${offset} twice`);
    }
  }
}

type Wrong = (field: string, accepted: string, got: number | bigint | string) => WireError;

/** More than zlib and zstd ever make of so many bytes, their flushes included. */
export function mostPacked(bytes: number): number {
  return bytes + Math.ceil(bytes / 128) + 1024;
}

/** QEMU's reader, too, takes the last byte as zero whatever it holds. */
function decodeName(header: Uint8Array): string {
  const field = header.subarray(AT.blockName, AT.blockName + BLOCK_NAME_BYTES - 1);
  const end = field.indexOf(0);
  return Buffer.from(field.buffer, field.byteOffset, end < 0 ? field.length : end).toString('utf8');
}
