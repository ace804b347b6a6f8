// The bytes of one channel after its initial packet: says where the next ones go, and what they were. Reads nothing itself.
import type { Runs } from '../ram/page-runs.js';
import { isState, PREFIX_BYTES, STATE_HEADER_BYTES } from './device-state.js';
import { headerBytes, Packet } from './packet.js';
import { PacketParser, type WireRules } from './packet-parser.js';
import { WireError } from './wire-error.js';

/** What a channel's packets are for. Both may throw. */
export interface PacketHandler {
  /** The header is checked and `dataBytes` bytes follow: where they go. `block` indexes the rules' blocks. */
  place(packet: Packet, block: number): Runs;
  /** The packet is whole. False stops the stream here until it is resumed: its bytes are not taken before. */
  complete(packet: Packet, block: number): boolean;
}

/**
 * A reader that is pushed, and that owns no more memory than one header: data go where the handler says. Who reads asks
 * for `target()`, puts bytes there and calls `received(count)`; `push(bytes)` does both for bytes that are elsewhere.
 */
export class PacketStream {
  /** Whole packets so far. */
  packets = 0;
  /** Bytes so far, the initial packet not counted. */
  bytes = 0;
  private readonly channel: number;
  private readonly handler: PacketHandler;
  private readonly parser: PacketParser;
  private readonly packet: Packet;
  private readonly header: Buffer;
  /** Bytes of the header that are known to come: where device state may, its kind has to be read first. */
  private readonly prefix: number;
  private headerEnd: number;
  private block = -1;
  /** Undefined while the header is read. */
  private runs: Runs | undefined;
  private run = 0;
  /** Bytes of the header, or of the run, that are there. */
  private filled = 0;

  constructor(channel: number, rules: WireRules, handler: PacketHandler) {
    this.channel = channel;
    this.handler = handler;
    this.parser = new PacketParser(channel, rules);
    this.packet = new Packet(rules);
    this.header = Buffer.alloc(headerBytes(rules));
    this.prefix = rules.deviceState ? PREFIX_BYTES : this.header.length;
    this.headerEnd = this.prefix;
  }

  /** For rules without blocks: to be called before the first packet comes. */
  setBlocks(blocks: NonNullable<WireRules['blocks']>): void {
    this.parser.setBlocks(blocks);
  }

  /** Where the next bytes go: never empty. */
  target(): Uint8Array {
    const { runs, run, filled } = this;
    if (!runs) return this.header.subarray(filled, this.headerEnd);
    return runs.segments[run]!.subarray(runs.starts[run]! + filled, runs.ends[run]);
  }

  /** So many bytes were put into the target. False: the handler stops the stream here. Throws WireError. */
  received(bytes: number): boolean {
    const { runs } = this;
    this.bytes += bytes;
    this.filled += bytes;
    if (!runs) return this.filled < this.wholeHeader() || this.parsed();
    if (this.filled < runs.ends[this.run]! - runs.starts[this.run]!) return true;
    this.filled = 0;
    this.run++;
    return this.run < runs.count || this.completed();
  }

  /** Takes bytes from elsewhere and returns how many: fewer than given only when the handler stopped the stream. */
  push(bytes: Uint8Array): number {
    for (let taken = 0; taken < bytes.length; ) {
      const target = this.target();
      const count = Math.min(target.length, bytes.length - taken);
      target.set(bytes.subarray(taken, taken + count));
      taken += count;
      if (!this.received(count)) return taken;
    }
    return bytes.length;
  }

  /** The stream has ended. Throws WireError inside a packet. */
  end(): void {
    if (this.insidePacket) throw this.broken('the rest of the packet', 'the end of the stream');
  }

  /** True when a part of a packet is there. */
  get insidePacket(): boolean {
    return this.runs !== undefined || this.filled > 0;
  }

  /** An error of the stream itself, at the place where it stands. */
  broken(expected: string, got: string): WireError {
    const place = { channel: this.channel, packet: this.packets };
    if (!this.insidePacket) return new WireError(place, 'stream', expected, `${got} between two packets`);
    const { runs, header, packet } = this;
    const where = runs
      ? `byte ${this.dataFilled(runs)} of ${packet.dataBytes} of the pages (packet_num ${packet.number})`
      : `byte ${this.filled} of ${header.length} of the header`;
    return new WireError(place, 'stream', expected, `${got} at ${where}`);
  }

  private dataFilled(runs: Runs): number {
    let bytes = this.filled;
    for (let run = 0; run < this.run; run++) bytes += runs.ends[run]! - runs.starts[run]!;
    return bytes;
  }

  /** Bytes of the header, as far as is known. */
  private wholeHeader(): number {
    if (this.headerEnd === this.prefix && this.filled >= this.prefix && this.prefix < this.header.length) {
      this.headerEnd = isState(this.header) ? STATE_HEADER_BYTES : this.header.length;
    }
    return this.headerEnd;
  }

  private parsed(): boolean {
    this.filled = 0;
    this.headerEnd = this.prefix;
    this.block = this.parser.parse(this.header, this.packet, this.packets);
    if (this.packet.dataBytes === 0) return this.completed();
    this.runs = this.handler.place(this.packet, this.block);
    this.run = 0;
    return true;
  }

  private completed(): boolean {
    this.runs = undefined;
    const goesOn = this.handler.complete(this.packet, this.block);
    this.packets++;
    return goesOn;
  }
}
