// A new connection: its first four bytes say whether it is a channel or QEMU's main stream, and it is read as that.

import { MAGIC } from '../wire/initial-packet.js';
import { MAIN_MAGIC } from '../wire/main-stream.js';
import { hexadecimal, WireError } from '../wire/wire-error.js';
import { type ChannelEvents, ChannelReader } from './channel-reader.js';
import { type MainEvents, MainReader } from './main-reader.js';
import type { Memory } from './messages.js';
import type { ReceiverPlan } from './plan.js';
import type { Reader } from './reader.js';
import { Silence } from './silence.js';

const FIRST_BYTES = 4;
const TLS_HANDSHAKE = 0x1603;

export class LineReader implements Reader {
  private readonly plan: ReceiverPlan;
  private readonly events: ChannelEvents & MainEvents;
  private readonly first = Buffer.alloc(FIRST_BYTES);
  private filled = 0;
  private readonly silence = new Silence();
  /** Known when the first bytes are. */
  reader: ChannelReader | MainReader | undefined;

  constructor(plan: ReceiverPlan, events: ChannelEvents & MainEvents) {
    this.plan = plan;
    this.events = events;
  }

  target(): Uint8Array {
    return this.reader?.target() ?? this.first.subarray(this.filled);
  }

  received(bytes: number): boolean {
    if (this.reader) return this.reader.received(bytes);
    this.filled += bytes;
    if (this.filled < FIRST_BYTES) return true;
    this.reader = this.open(this.first.readUInt32BE());
    this.reader.target().set(this.first);
    return this.reader.received(FIRST_BYTES);
  }

  begin(memory: Memory): void {
    this.reader?.begin(memory);
  }

  proceed(): boolean {
    return this.reader?.proceed() ?? true;
  }

  end(): void {
    if (!this.reader) throw this.short('the end of the stream');
    this.reader.end();
  }

  checkSilence(now: number, elsewhere = 0): void {
    const { connectMs } = this.plan;
    if (this.reader) this.reader.checkSilence(now, elsewhere);
    else if (this.silence.exceeds(connectMs, now, this.filled, true)) throw this.short(`nothing for ${connectMs} ms`);
  }

  private open(magic: number): ChannelReader | MainReader {
    const { plan, events } = this;
    if (magic === MAGIC) return new ChannelReader(plan, events);
    const told = plan.blocks !== undefined;
    if (magic === MAIN_MAGIC && !told) return new MainReader(plan, events);
    const channel = hexadecimal(MAGIC);
    const accepted = told ? channel : `${channel} of a channel or ${hexadecimal(MAIN_MAGIC)} of a main stream`;
    const tls = magic >>> 16 === TLS_HANDSHAKE;
    const what = magic === MAIN_MAGIC ? ", QEMU's main stream" : tls ? ', a TLS handshake' : '';
    throw new WireError({ channel: undefined }, 'magic', accepted, hexadecimal(magic) + what);
  }

  private short(got: string): WireError {
    return new WireError({ channel: undefined }, 'stream', `${FIRST_BYTES} bytes`, `${got} after ${this.filled}`);
  }
}
