// One channel of a receiver: its initial packet, then its packets, into RAM, epoch by epoch.

import { FaultCounter, isPacketFault, type PacketFault } from '../faults/fault.js';
import { Runs } from '../ram/page-runs.js';
import { Ram } from '../ram/ram.js';
import { type Announcement, readAnnouncement } from '../wire/announcement.js';
import { openUnpacker } from '../wire/codecs/codec.js';
import { INITIAL_BYTES, NO_UUID, parseInitial, uuidBytes } from '../wire/initial-packet.js';
import type { Packet } from '../wire/packet.js';
import { PacketNumbers } from '../wire/packet-numbers.js';
import { type PacketHandler, PacketStream } from '../wire/packet-stream.js';
import { WireError } from '../wire/wire-error.js';
import { checkAnnouncement } from './announced.js';
import type { Memory } from './messages.js';
import { PageMarks } from './page-marks.js';
import { PageTargets, UnpackError } from './page-targets.js';
import type { ChannelCounts, ReceiverPlan } from './plan.js';
import type { Reader } from './reader.js';
import { Silence } from './silence.js';

/** Bytes that nobody looks at again. */
const PASSED_OVER = new Uint8Array(1 << 20);

export interface ChannelEvents {
  /** The sender says what it will send, and waits for an answer in the end; it is not checked yet. */
  announced(announcement: Announcement): void;
  /** The initial packet is fine in itself; the reader waits for `begin`. */
  hello(channel: number): void;
  /** The next SYNC is read, `pages` came so far; the reader waits for `proceed`, unless SYNCs are ignored. */
  sync(pages: number): void;
}

/** A connection that is to be reset on purpose. */
export class InjectedReset extends Error {
  override readonly name = 'InjectedReset';
  constructor(channel: number, packet: number) {
    super(`channel ${channel}, packet ${packet}: injected reset`);
  }
}

export class ChannelReader implements Reader, PacketHandler {
  readonly numbers = new PacketNumbers();
  private readonly plan: ReceiverPlan;
  private targets: PageTargets | undefined;
  private readonly events: ChannelEvents;
  private readonly initial = Buffer.alloc(INITIAL_BYTES);
  private initialBytes = 0;
  private stream: PacketStream | undefined;
  private channel: number | undefined;
  private pages = 0;
  private zeroPages = 0;
  private syncs = 0;
  private chunks = 0;
  /** Where device state goes: there is no device here. */
  private readonly state = new Runs();
  private syncedLast = false;
  /** True while bytes are not wanted: the silence is not the peer's. */
  private waits = false;
  private readonly silence = new Silence();
  /** The same for whole packets: bytes may trickle. */
  private readonly slowness = new Silence();
  private faults: FaultCounter<PacketFault> | undefined;
  private stalled = false;

  constructor(plan: ReceiverPlan, events: ChannelEvents) {
    this.plan = plan;
    this.events = events;
  }

  get counts(): ChannelCounts {
    const { pages, zeroPages, syncs, chunks, stream, channel = -1 } = this;
    return {
      channel,
      pages,
      zeroPages,
      syncs,
      ...(chunks > 0 && { chunks }),
      packets: stream?.packets ?? 0,
      bytes: this.bytes,
    };
  }

  target(): Uint8Array {
    return this.stream?.target() ?? this.initial.subarray(this.initialBytes);
  }

  received(bytes: number): boolean {
    if (this.stream) return this.stream.received(bytes);
    this.initialBytes += bytes;
    if (this.initialBytes < INITIAL_BYTES) return true;
    const { uuid, channels } = this.plan;
    const announcement = readAnnouncement(this.initial);
    if (announcement) {
      this.events.announced(announcement);
      checkAnnouncement(announcement, this.plan);
    }
    const accepted = { uuid: uuid === undefined ? NO_UUID : uuidBytes(uuid), channels };
    this.channel = parseInitial(this.initial, accepted).id;
    this.stream = new PacketStream(this.channel, this.plan, this);
    const faults = this.plan.faults?.filter(isPacketFault).filter((fault) => fault.channel === this.channel);
    if (faults?.length) this.faults = new FaultCounter(faults);
    this.waits = true;
    this.events.hello(this.channel);
    return false;
  }

  begin({ blocks, parts, marks }: Memory): void {
    const { codec, pageSize, pagesPerPacket } = this.plan;
    const ram = new Ram(parts);
    const unpacker = codec === 'none' ? undefined : openUnpacker(codec, pageSize * pagesPerPacket);
    this.targets = new PageTargets(ram, new PageMarks(marks, ram, pageSize), pageSize, pagesPerPacket, unpacker);
    this.stream!.setBlocks(blocks);
  }

  proceed(): boolean {
    if (this.stalled) return false;
    this.waits = false;
    this.silence.reset();
    return true;
  }

  end(): void {
    const { stream } = this;
    if (!stream) throw this.silentInitial(`the end of the stream after ${this.initialBytes}`);
    stream.end();
    if (this.plan.whole && !this.syncedLast) throw stream.broken('a SYNC last', 'the end of the stream');
  }

  checkSilence(now: number, elsewhere = 0): void {
    const { plan, stream, bytes } = this;
    if (stream && this.slowness.exceeds(plan.packetMs ?? 0, now, stream.packets, stream.insidePacket && !this.waits)) {
      throw stream.broken('the rest of the packet', `a part of it in ${plan.packetMs} ms`);
    }
    const limit = !stream ? plan.connectMs : stream.insidePacket ? plan.stallMs : plan.idleMs;
    // Between two packets a channel may have to wait for the others, whose batches are still on a slow link.
    const seen = stream && !stream.insidePacket ? bytes + elsewhere : bytes;
    if (!this.silence.exceeds(limit, now, seen, !this.waits)) return;
    const silence = `nothing for ${limit} ms`;
    throw stream ? stream.broken('more bytes', silence) : this.silentInitial(`${silence} after ${this.initialBytes}`);
  }

  place(packet: Packet, block: number) {
    if (packet.deviceState) return this.passOver(packet.dataBytes);
    return this.targets!.place(packet, block);
  }

  complete(packet: Packet, block: number): boolean {
    if (packet.deviceState) {
      this.chunks++;
      this.syncedLast = false;
      return true;
    }
    this.numbers.add(packet.number);
    if (block >= 0) this.fill(packet, block);
    this.pages += packet.normalPages;
    this.zeroPages += packet.zeroPages;
    if (this.faults) this.meet(this.faults.next(packet.sync));
    if (this.stalled) return false;
    this.syncedLast = packet.sync;
    if (!packet.sync) return true;
    this.syncs++;
    this.waits = !this.plan.ignoreSync;
    this.events.sync(this.pages + this.zeroPages);
    return !this.waits;
  }

  private passOver(bytes: number): Runs {
    this.state.clear();
    for (let left = bytes; left > 0; left -= PASSED_OVER.length) {
      this.state.add(PASSED_OVER, 0, Math.min(left, PASSED_OVER.length));
    }
    return this.state;
  }

  private meet(fault: PacketFault | undefined): void {
    if (fault?.kind === 'reset') throw new InjectedReset(this.channel!, this.stream!.packets);
    if (fault?.kind !== 'stall') return;
    this.stalled = true;
    // Not the peer's silence.
    this.waits = true;
  }

  private fill(packet: Packet, block: number): void {
    try {
      this.targets!.complete(packet, block);
    } catch (error) {
      if (!(error instanceof UnpackError)) throw error;
      const place = { channel: this.channel, packet: this.stream!.packets };
      throw new WireError(place, 'pages', 'pages that can be unpacked', error.message);
    }
  }

  private get bytes(): number {
    return this.initialBytes + (this.stream?.bytes ?? 0);
  }

  private silentInitial(got: string): WireError {
    return new WireError({ channel: undefined }, 'stream', `${INITIAL_BYTES} bytes`, got);
  }
}
