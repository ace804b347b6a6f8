// QEMU's main stream, as far as RAM needs it: blocks, zero pages, the marks that go with SYNCs. The rest is passed over.
import { hexadecimal, WireError } from './wire-error.js';

export interface StreamBlock {
  readonly name: string;
  /** Used bytes. */
  readonly bytes: number;
}

/** What a main stream tells, in order. May throw. */
export interface MainStreamEvents {
  /** All RAM blocks of the source, once, before anything else. */
  blocks(blocks: readonly StreamBlock[]): void;
  /** A page of one value: QEMU before 9.0, or with zero-page detection in its main thread. */
  fill(block: string, offset: number, value: number): void;
  /** A page with its bytes. */
  page(block: string, offset: number, bytes: Uint8Array): void;
  /** The mark that belongs to one SYNC on each channel: 9.0 and newer. False stops the stream until it is pushed again. */
  flushMark(): boolean;
  /** The end of a part of the RAM: before 9.0 it is what belongs to one SYNC on each channel. False as above. */
  sectionEnd(): boolean;
  /** The RAM is complete; what follows is not for us. */
  ramEnd(): void;
}

const MAGIC = 0x5145564d;
const SECTION = { start: 1, part: 2, end: 3, full: 4, configuration: 7, command: 8, footer: 0x7e } as const;
const RAM_FLAG = { fill: 0x02, size: 0x04, page: 0x08, endOfSection: 0x10, sameBlock: 0x20, flush: 0x200 } as const;
const FLAG_BITS = 0xfff;
const MOST_BLOCKS = 4096;
const COMMAND_RETURN_PATH = 1;

/** A request for so many bytes, or a stop. */
type Step = number | 'stop';

/** Takes a main stream piece by piece; keeps no more of it than one field or page. */
export class MainStream {
  private readonly steps: Generator<Step, void, Buffer>;
  private readonly pageSize: number;
  private readonly events: MainStreamEvents;
  /** Sections before the one that is read. */
  private section = 0;
  private wanted: Buffer;
  private filled = 0;
  private over = false;
  private readonly sizes = new Map<string, number>();

  constructor(pageSize: number, events: MainStreamEvents) {
    this.pageSize = pageSize;
    this.events = events;
    this.steps = this.read();
    this.wanted = Buffer.alloc(this.steps.next().value as number);
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
    // After the RAM all is passed over.
    return bytes.length;
  }

  /** The stream has ended. Throws WireError before the end of the RAM. */
  end(): void {
    if (!this.over) throw this.wrong('stream', 'the end of the RAM', 'the end of the stream');
  }

  private step(): boolean {
    let next = this.steps.next(this.wanted);
    const stopped = next.value === 'stop';
    if (stopped) next = this.steps.next(this.wanted);
    this.over = next.done === true;
    if (!this.over) this.wanted = Buffer.alloc(next.value as number);
    this.filled = 0;
    return !stopped;
  }

  private *read(): Generator<Step, void, Buffer> {
    const magic = yield* this.uint(4);
    if (magic !== MAGIC) throw this.wrong('magic', hexadecimal(MAGIC), hexadecimal(magic));
    const version = yield* this.uint(4);
    if (version !== 3) throw this.wrong('version', '3', version);
    for (let ram: number | undefined; ; this.section++) {
      const type = yield* this.uint(1);
      if (type === SECTION.configuration) yield* this.skip(yield* this.uint(4));
      else if (type === SECTION.command) yield* this.command();
      else if (type === SECTION.start) ram = yield* this.start();
      else if (type === SECTION.part || type === SECTION.end) {
        const id = yield* this.uint(4);
        if (id !== ram) throw this.wrong('section id', `${ram ?? 'a start first'}`, id);
        yield* this.ram();
        yield* this.footer(id);
        if (type === SECTION.part) {
          if (!this.events.sectionEnd()) yield 'stop';
          continue;
        }
        const goesOn = this.events.sectionEnd();
        this.events.ramEnd();
        if (!goesOn) yield 'stop';
        return;
      } else throw this.wrong('section type', 'configuration, command, or RAM', hexadecimal(type));
    }
  }

  private *start(): Generator<Step, number, Buffer> {
    const id = yield* this.uint(4);
    const name = yield* this.name();
    if (name !== 'ram') throw this.wrong('section name', 'ram', JSON.stringify(name));
    yield* this.uint(4);
    const version = yield* this.uint(4);
    if (version !== 4) throw this.wrong('section version', '4', version);
    yield* this.ram();
    yield* this.footer(id);
    if (!this.events.sectionEnd()) yield 'stop';
    return id;
  }

  /** Offsets with flags in their low bits, up to the end of the section. */
  private *ram(): Generator<Step, void, Buffer> {
    for (let block = ''; ; ) {
      const word = yield* this.uint64();
      const flags = word % (FLAG_BITS + 1);
      const offset = word - flags;
      if (flags === RAM_FLAG.endOfSection) return;
      if (flags === RAM_FLAG.flush) {
        if (!this.events.flushMark()) yield 'stop';
      } else if (flags === RAM_FLAG.size) yield* this.blocks(offset);
      else {
        const kind = flags & ~RAM_FLAG.sameBlock;
        if (kind !== RAM_FLAG.fill && kind !== RAM_FLAG.page) {
          throw this.wrong('RAM flags', 'size, zero page, page, flush or end of section', hexadecimal(flags));
        }
        if ((flags & RAM_FLAG.sameBlock) === 0) block = yield* this.name();
        this.checkOffset(block, offset);
        if (kind === RAM_FLAG.fill) this.events.fill(block, offset, yield* this.uint(1));
        else this.events.page(block, offset, yield this.pageSize);
      }
    }
  }

  private *blocks(total: number): Generator<Step, void, Buffer> {
    if (this.sizes.size > 0) throw this.wrong('RAM size', 'one list of blocks', 'another');
    const blocks: StreamBlock[] = [];
    for (let bytes = 0; bytes < total; ) {
      const name = yield* this.name();
      const length = yield* this.uint64();
      bytes += length;
      if (length === 0 || bytes > total) throw this.wrong(`length of ${name}`, `1 to ${total} bytes in all`, length);
      if (this.sizes.has(name)) throw this.wrong('block name', 'each block once', `${name} twice`);
      if (blocks.length === MOST_BLOCKS) throw this.wrong('blocks', `at most ${MOST_BLOCKS}`, 'more');
      this.sizes.set(name, length);
      blocks.push({ name, bytes: length });
    }
    this.events.blocks(blocks);
  }

  private checkOffset(block: string, offset: number): void {
    const bytes = this.sizes.get(block);
    if (bytes === undefined) {
      throw this.wrong('block name', `one of ${[...this.sizes.keys()].join(', ')}`, JSON.stringify(block));
    }
    if (offset > bytes - this.pageSize || offset % this.pageSize !== 0) {
      throw this.wrong('offset', `pages of ${this.pageSize} below ${bytes} in block ${block}`, offset);
    }
  }

  private *command(): Generator<Step, void, Buffer> {
    const command = yield* this.uint(2);
    if (command === COMMAND_RETURN_PATH) throw this.wrong('command', 'no return path', command);
    yield* this.skip(yield* this.uint(2));
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

  private *skip(bytes: number): Generator<Step, void, Buffer> {
    if (bytes > 0xffff) throw this.wrong('length', 'at most 65535 bytes', bytes);
    if (bytes > 0) yield bytes;
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
    return new WireError({ channel: 'main', packet: this.section }, field, accepted, got);
  }
}
