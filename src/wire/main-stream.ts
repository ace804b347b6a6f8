// QEMU's main stream, as far as RAM needs it: blocks, zero pages, the marks that go with SYNCs. The rest is passed over.
import { type StreamDescription, StreamTail } from './stream-tail.js';
import { hexadecimal, named, quoted, WireError, type WirePlace } from './wire-error.js';

export interface StreamBlock {
  readonly name: string;
  /** Used bytes. */
  readonly bytes: number;
}

/** What a main stream tells, in order. May throw. Where false is returned, the stream stops until it is pushed again. */
export interface MainStreamEvents {
  /** All RAM blocks of the source, once, before anything else of the RAM. */
  blocks(blocks: readonly StreamBlock[]): boolean;
  /** A page of one value: QEMU before 9.0, or with zero-page detection in its main thread. */
  fill(block: string, offset: number, value: number): void;
  /** A page with its bytes. */
  page(block: string, offset: number, bytes: Uint8Array): void;
  /** The place that belongs to one SYNC on each channel. */
  sync(): boolean;
}

/**
 * Where SYNCs belong to. QEMU before 8.1 sends them at the end of each section of RAM, later ones where a flush mark stands,
 * unless their `multifd-flush-after-each-section` is on. The set-up shows it: it has a mark, or none.
 */
export type SyncPlace = 'section-end' | 'flush-mark';

/** `QEVM`. */
export const MAIN_MAGIC = 0x5145564d;
const SECTION = { start: 1, part: 2, end: 3, subsection: 5, configuration: 7, command: 8, footer: 0x7e } as const;
const RAM_FLAG = { fill: 0x02, size: 0x04, page: 0x08, endOfSection: 0x10, sameBlock: 0x20, flush: 0x200 } as const;
const FLAG_BITS = 0xfff;
const MOST_BLOCKS = 4096;
const MOST_NAME_BYTES = 256;
/** Says that the guest stands still (QEMU 10.0 and newer); the only command that asks nothing of a receiver. */
const SWITCHOVER_START = 11;
/** Commands of what is not spoken, by number. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'the return path',
  2: 'a ping on the return path',
  3: 'postcopy',
  9: 'COLO',
};

/** A request for so many bytes, or a stop. */
type Step = number | 'stop';

/** Takes a main stream piece by piece; keeps no more of it than one field or page. */
export class MainStream {
  private readonly steps: Generator<Step, void, Buffer>;
  private readonly pageSize: number;
  private readonly events: MainStreamEvents;
  /** Sections before the one that is read. */
  private section = 0;
  /** Each field in turn. */
  private readonly fields: Buffer;
  private wanted: Buffer;
  private filled = 0;
  private over = false;
  private readonly tail = new StreamTail();
  /** The machine's type, as in `pc-i440fx-7.2`. */
  machine = '';
  /** Known when the set-up is read. */
  syncPlace: SyncPlace | undefined;
  switchover = false;
  private marks = 0;
  /** Goes on over sections: QEMU names a block only where it changes. */
  private block = '';
  private readonly sizes = new Map<string, number>();

  constructor(pageSize: number, events: MainStreamEvents) {
    this.pageSize = pageSize;
    this.events = events;
    this.steps = this.read();
    this.fields = Buffer.alloc(Math.max(pageSize, MOST_NAME_BYTES));
    this.wanted = this.fields.subarray(0, this.steps.next().value as number);
  }

  /** Takes bytes and returns how many: fewer than given only when an event stopped the stream. Throws WireError. */
  push(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && !this.over) {
      const count = Math.min(this.wanted.length - this.filled, bytes.length - taken);
      this.wanted.set(bytes.subarray(taken, taken + count), this.filled);
      this.filled += count;
      taken += count;
      if (this.filled === this.wanted.length && !this.step()) return taken;
    }
    this.tail.push(bytes.subarray(taken));
    return bytes.length;
  }

  /** The stream has ended. Throws WireError unless it was whole. */
  end(): StreamDescription {
    if (!this.over) throw this.broken('the end of the RAM', 'the end of the stream');
    const description = this.tail.description();
    if (!description) throw this.broken('the description of the devices', 'the end of the stream');
    return description;
  }

  /** Where it stands. */
  get place(): WirePlace {
    return { channel: 'main', packet: this.section };
  }

  /** An error of the stream itself, at the place where it stands. */
  broken(expected: string, got: string): WireError {
    return this.wrong('stream', expected, got);
  }

  private step(): boolean {
    let next = this.steps.next(this.wanted);
    const stopped = next.value === 'stop';
    if (stopped) next = this.steps.next(this.wanted);
    this.over = next.done === true;
    if (!this.over) this.wanted = this.fields.subarray(0, next.value as number);
    this.filled = 0;
    return !stopped;
  }

  private *read(): Generator<Step, void, Buffer> {
    const magic = yield* this.uint(4);
    if (magic !== MAIN_MAGIC) throw this.wrong('magic', hexadecimal(MAIN_MAGIC), hexadecimal(magic));
    const version = yield* this.uint(4);
    if (version !== 3) throw this.wrong('version', '3', version);
    for (let ram: number | undefined; ; this.section++) {
      const type = yield* this.uint(1);
      if (type === SECTION.configuration) yield* this.configuration();
      else if (type === SECTION.command) yield* this.command();
      else if (type === SECTION.start) {
        if (ram !== undefined) throw this.wrong('section type', 'one start of the RAM', 'another');
        ram = yield* this.start();
      } else if (type === SECTION.part || type === SECTION.end) {
        const id = yield* this.uint(4);
        if (id !== ram) throw this.wrong('section id', `${ram ?? 'a start first'}`, id);
        yield* this.ram();
        yield* this.footer(id);
        if (type === SECTION.end) return;
      } else if (type === SECTION.subsection) {
        const name = quoted(yield* this.name());
        throw this.wrong('section type', 'none that changes the RAM stream (x-ignore-shared, mapped-ram)', name);
      } else throw this.wrong('section type', 'configuration, command, or RAM', hexadecimal(type));
    }
  }

  private *start(): Generator<Step, number, Buffer> {
    const id = yield* this.uint(4);
    const name = yield* this.name();
    if (name !== 'ram') throw this.wrong('section name', 'ram', quoted(name));
    yield* this.uint(4);
    const version = yield* this.uint(4);
    if (version !== 4) throw this.wrong('section version', '4', version);
    yield* this.ram();
    yield* this.footer(id);
    return id;
  }

  /** Offsets with flags in their low bits, up to the end of the section. */
  private *ram(): Generator<Step, void, Buffer> {
    for (;;) {
      const word = yield* this.uint64();
      const flags = word % (FLAG_BITS + 1);
      const offset = word - flags;
      if (flags === RAM_FLAG.endOfSection) {
        yield* this.endOfSection();
        return;
      }
      if (flags === RAM_FLAG.flush) {
        if (this.syncPlace === 'section-end') {
          throw this.wrong('RAM flags', 'no flush mark, as there was none in the set-up', hexadecimal(flags));
        }
        this.marks++;
        if (!this.events.sync()) yield 'stop';
      } else if (flags === RAM_FLAG.size) yield* this.blocks(offset);
      else {
        const kind = flags & ~RAM_FLAG.sameBlock;
        if (kind !== RAM_FLAG.fill && kind !== RAM_FLAG.page) {
          throw this.wrong('RAM flags', 'size, zero page, page, flush or end of section', hexadecimal(flags));
        }
        if ((flags & RAM_FLAG.sameBlock) === 0) this.block = yield* this.name();
        this.checkOffset(this.block, offset);
        if (kind === RAM_FLAG.fill) this.events.fill(this.block, offset, yield* this.uint(1));
        else this.events.page(this.block, offset, yield this.pageSize);
      }
    }
  }

  /**
   * SYNCs belong here, before the section's footer: QEMU 7.2 keeps that back until it has sent more, which it cannot when
   * its channels are stopped at their SYNCs.
   */
  private *endOfSection(): Generator<Step, void, Buffer> {
    if (this.sizes.size === 0) throw this.wrong('RAM size', 'a list of blocks', 'none');
    this.syncPlace ??= this.marks > 0 ? 'flush-mark' : 'section-end';
    if (this.syncPlace === 'section-end' && !this.events.sync()) yield 'stop';
  }

  private *blocks(total: number): Generator<Step, void, Buffer> {
    if (this.sizes.size > 0) throw this.wrong('RAM size', 'one list of blocks', 'another');
    const blocks: StreamBlock[] = [];
    for (let bytes = 0; bytes < total; ) {
      const name = yield* this.name();
      const length = yield* this.uint64();
      bytes += length;
      if (length === 0 || bytes > total)
        throw this.wrong(`length of ${named([name])}`, `1 to ${total} bytes in all`, length);
      if (this.sizes.has(name)) throw this.wrong('block name', 'each block once', `${named([name])} twice`);
      if (blocks.length === MOST_BLOCKS) throw this.wrong('blocks', `at most ${MOST_BLOCKS}`, 'more');
      this.sizes.set(name, length);
      blocks.push({ name, bytes: length });
    }
    if (!this.events.blocks(blocks)) yield 'stop';
  }

  private checkOffset(block: string, offset: number): void {
    const bytes = this.sizes.get(block);
    if (bytes === undefined) {
      throw this.wrong('block name', `one of ${named(this.sizes.keys())}`, quoted(block));
    }
    if (offset > bytes - this.pageSize || offset % this.pageSize !== 0) {
      throw this.wrong('offset', `pages of ${this.pageSize} below ${bytes} in block ${named([block])}`, offset);
    }
  }

  private *configuration(): Generator<Step, void, Buffer> {
    const length = yield* this.uint(4);
    if (length === 0 || length > MOST_NAME_BYTES) {
      throw this.wrong('machine', `a name of 1 to ${MOST_NAME_BYTES} bytes`, length);
    }
    this.machine = (yield length).toString('utf8');
  }

  private *command(): Generator<Step, void, Buffer> {
    const command = yield* this.uint(2);
    if (command !== SWITCHOVER_START)
      throw this.wrong('command', 'none but the start of the switchover', commandText(command));
    const length = yield* this.uint(2);
    if (length !== 0) throw this.wrong('command length', '0', length);
    this.switchover = true;
  }

  private *footer(id: number): Generator<Step, void, Buffer> {
    const footer = yield* this.uint(1);
    if (footer !== SECTION.footer) throw this.wrong('footer', hexadecimal(SECTION.footer), hexadecimal(footer));
    const got = yield* this.uint(4);
    if (got !== id) throw this.wrong('footer section id', `${id}`, got);
  }

  private *name(): Generator<Step, string, Buffer> {
    const length = yield* this.uint(1);
    if (length === 0) throw this.wrong('name', 'at least 1 byte', 0);
    return (yield length).toString('utf8');
  }

  private *uint(bytes: 1 | 2 | 4): Generator<Step, number, Buffer> {
    return (yield bytes).readUIntBE(0, bytes);
  }

  private *uint64(): Generator<Step, number, Buffer> {
    const bytes = yield 8;
    const value = bytes.readUInt32BE(0) * 0x1_0000_0000 + bytes.readUInt32BE(4);
    if (value > Number.MAX_SAFE_INTEGER) throw this.wrong('offset', 'less than 2^53', bytes.readBigUInt64BE());
    return value;
  }

  private wrong(field: string, accepted: string, got: number | bigint | string): WireError {
    return new WireError(this.place, field, accepted, got);
  }
}

function commandText(command: number): string {
  const name = REFUSED[command];
  return name === undefined ? `${command}` : `${command}, ${name}`;
}
