// QEMU's main stream, as far as RAM needs it: blocks, zero pages, the marks that go with SYNCs. The rest is passed over.
import type { Step } from './field-stream.js';
import { MAPPED_VERSION, type MappedBlock, placeMapped } from './mapped-ram.js';
import type { StreamBlock } from './stream-block.js';
import { FOOTER, type MainStreamRules, StreamPreamble } from './stream-preamble.js';
import { type StreamDescription, StreamTail } from './stream-tail.js';
import { hexadecimal, named, quoted, type WireError } from './wire-error.js';

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
const SECTION = { start: 1, part: 2, end: 3, full: 4, subsection: 5, configuration: 7, command: 8 } as const;
const RAM_FLAG = { fill: 0x02, size: 0x04, page: 0x08, endOfSection: 0x10, sameBlock: 0x20, flush: 0x200 } as const;
const MOST_BLOCKS = 4096;
const DIRTY_BITMAPS = 'dirty-bitmap';
const END_OF_BITMAPS = 1;

/** Takes a main stream piece by piece; keeps no more of it than one field or page. */
export class MainStream extends StreamPreamble {
  private readonly pageSize: number;
  private readonly events: MainStreamEvents;
  private readonly tail = new StreamTail();
  /** Known when the set-up is read. */
  syncPlace: SyncPlace | undefined;
  private marks = 0;
  /** The section of dirty bitmaps. */
  private bitmaps: number | undefined;
  /** Goes on over sections: QEMU names a block only where it changes. */
  private block = '';
  private readonly sizes = new Map<string, number>();

  constructor(rules: MainStreamRules, events: MainStreamEvents) {
    super(rules);
    this.pageSize = rules.pageSize;
    this.events = events;
  }

  /** Takes bytes and returns how many: fewer than given only when an event stopped the stream. Throws WireError. */
  push(bytes: Uint8Array): number {
    const taken = this.take(bytes);
    if (!this.over) return taken;
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

  /** An error of the stream itself, at the place where it stands. */
  broken(expected: string, got: string): WireError {
    return this.wrong('stream', expected, got);
  }

  protected *read(): Generator<Step, void, Buffer> {
    const magic = yield* this.uint(4);
    if (magic !== MAIN_MAGIC) throw this.wrong('magic', hexadecimal(MAIN_MAGIC), hexadecimal(magic));
    const version = yield* this.uint(4);
    if (version !== 3) throw this.wrong('version', '3', version);
    for (let ram: number | undefined; ; this.section++) {
      const type = yield* this.uint(1);
      if (type === SECTION.configuration) yield* this.configuration();
      else if (type === SECTION.command) yield* this.command();
      else if (type === SECTION.start) {
        const { id, name } = yield* this.started();
        if (name === DIRTY_BITMAPS) yield* this.noBitmaps(id);
        else if (ram === undefined) {
          yield* this.start(id, name);
          ram = id;
        } else throw this.wrong('section name', 'one start of the RAM', `${quoted(name)} after it`);
      } else if (type === SECTION.part || type === SECTION.end) {
        const id = yield* this.uint(4);
        if (id === this.bitmaps) {
          yield* this.noBitmaps(id);
          continue;
        }
        if (id !== ram) throw this.wrong('section id', `${ram ?? 'a start first'}`, id);
        yield* this.ram();
        yield* this.footer(id);
        if (type === SECTION.end) return;
      } else if (type === SECTION.subsection) yield* this.subsection();
      else if (type === SECTION.full) yield* this.early();
      else throw this.wrong('section type', 'configuration, command, or RAM', hexadecimal(type));
    }
  }

  private *started(): Generator<Step, { readonly id: number; readonly name: string }, Buffer> {
    const id = yield* this.uint(4);
    return { id, name: yield* this.name() };
  }

  private *start(id: number, name: string): Generator<Step, void, Buffer> {
    if (name !== 'ram') throw this.wrong('section name', 'ram', quoted(name));
    yield* this.uint(4);
    const version = yield* this.uint(4);
    if (version !== 4) throw this.wrong('section version', '4', version);
    yield* this.ram();
    yield* this.footer(id);
  }

  /** QEMU with dirty-bitmaps has a section for them, also where there are none. */
  private *noBitmaps(id: number): Generator<Step, void, Buffer> {
    if (this.bitmaps === undefined) {
      this.bitmaps = id;
      yield* this.uint(4);
      yield* this.uint(4);
    }
    const flags = yield* this.uint(1);
    if (flags !== END_OF_BITMAPS)
      throw this.wrong('dirty-bitmap flags', 'the end: no bitmaps are read', hexadecimal(flags));
    yield* this.footer(id);
  }

  /** Offsets with flags in their low bits, up to the end of the section. */
  private *ram(): Generator<Step, void, Buffer> {
    for (;;) {
      const word = yield* this.uint64();
      // An offset is of whole pages, whose low bits are free for flags.
      const flags = word % this.pageSize;
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
      if (this.mapped) yield* this.layOut({ name, bytes: length }, this.mapped);
    }
    if (!this.events.blocks(blocks)) yield 'stop';
  }

  /** Where a block of a mapped-ram file stands: QEMU has one way to lay it. */
  private *layOut(block: StreamBlock, mapped: MappedBlock[]): Generator<Step, void, Buffer> {
    const of = (field: string) => `${field} of block ${named([block.name])}`;
    const expected = placeMapped(block, this.position, this.pageSize);
    const version = yield* this.uint(4);
    if (version !== MAPPED_VERSION) throw this.wrong(of('version'), `${MAPPED_VERSION}`, version);
    for (const [field, value] of [
      ['page_size', this.pageSize],
      ['bitmap_offset', expected.bitmapAt],
      ['pages_offset', expected.pagesAt],
    ] as const) {
      const got = yield* this.uint64(of(field));
      if (got !== value) throw this.wrong(of(field), `${value}`, got);
    }
    const end = expected.pagesAt + block.bytes;
    const { bytes } = this.rules.file!;
    if (end >= bytes) throw this.wrong(of('length'), `pages that end before the file does, at ${bytes}`, block.bytes);
    mapped.push(expected);
    yield { skip: end - this.position };
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

  private *footer(id: number): Generator<Step, void, Buffer> {
    const footer = yield* this.uint(1);
    if (footer !== FOOTER) throw this.wrong('footer', hexadecimal(FOOTER), hexadecimal(footer));
    const got = yield* this.uint(4);
    if (got !== id) throw this.wrong('footer section id', `${id}`, got);
  }
}
