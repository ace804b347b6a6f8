// A migration that was written to a file: QEMU's stream, or mapped-ram, also behind libvirt's header. Read and checked whole.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Ram } from '../ram/ram.js';
import { afterLibvirtHeader, LIBVIRT_HEADER_BYTES } from '../wire/libvirt-header.js';
import { MAIN_MAGIC } from '../wire/main-stream.js';
import { bitmapBytes, type MappedBlock } from '../wire/mapped-ram.js';
import { hexadecimal, named, WireError } from '../wire/wire-error.js';
import { MainReader } from './main-reader.js';
import { allocateMemory } from './memory.js';
import type { Memory } from './messages.js';
import { Outputs } from './outputs.js';
import { PageMarks } from './page-marks.js';
import type { ReceiverPlan, ReceiverReport } from './plan.js';

/** What a reading of a file is asked for. */
export type SnapshotPlan = Pick<
  ReceiverPlan,
  'pageSize' | 'mostRamBytes' | 'block' | 'blocksOut' | 'ramOut' | 'uuid' | 'pagesPerPacket'
>;

type SnapshotFormat = 'stream' | 'mapped-ram';

export interface SnapshotReport extends ReceiverReport {
  readonly format: SnapshotFormat;
  /** Whether libvirt's header stood before it. */
  readonly libvirt: boolean;
}

/** A process that is killed ends when a read does. */
const MOST_READ_BYTES = 16 << 20;

/** Reads the file and keeps what the plan says. Rejects with the first thing that is wrong with it; nothing is then kept. */
export async function readSnapshot(path: string, plan: SnapshotPlan, signal: AbortSignal): Promise<SnapshotReport> {
  const whole: ReceiverPlan = { ...NO_CONNECTION, ...plan };
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  const descriptor = openSync(path, 'r');
  const outputs = new Outputs(whole);
  try {
    const reading = new Reading(descriptor, whole);
    await reading.readStream(signal);
    const { memory, reader, mapped } = reading;
    const ram = new Ram(memory.parts);
    const marks = new PageMarks(memory.marks, ram, plan.pageSize);
    const { counts } = reader;
    let { pages, zeroPages } = counts;
    for (const [block, each] of (mapped ?? []).entries()) {
      const came = await reading.readPages(each, block, ram, marks, signal);
      pages += came;
      zeroPages += ram.pages(block, plan.pageSize) - came;
    }
    const cpu = process.cpuUsage(cpuBefore);
    const report = outputs.finish({
      channels: [],
      rounds: 1,
      main: { ...counts, pages, zeroPages },
      ram,
      marks,
      durationMs: performance.now() - start,
      cpuMicros: cpu.user + cpu.system,
    });
    return { ...report, format: mapped ? 'mapped-ram' : 'stream', libvirt: reading.start > 0 };
  } finally {
    outputs.discard();
    closeSync(descriptor);
  }
}

/** A file's stream has no channels, no SYNCs to wait at, and no silence. */
const NO_CONNECTION = {
  listen: { path: '' },
  channels: 0,
  codec: 'none',
  numbersGrow: false,
  numbersDense: false,
  ignoreSync: true,
  connectMs: 0,
  stallMs: 0,
  idleMs: 0,
  pinned: false,
  digest: true,
} as const satisfies Partial<ReceiverPlan>;

class Reading {
  /** Where QEMU's stream begins. */
  readonly start: number;
  readonly reader: MainReader;
  private readonly descriptor: number;
  private readonly bytes: number;
  private readonly pageSize: number;
  private made: Memory | undefined;

  constructor(descriptor: number, plan: ReceiverPlan) {
    this.descriptor = descriptor;
    this.pageSize = plan.pageSize;
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error('expected a regular file');
    this.bytes = status.size;
    this.start = this.findStart();
    const events = {
      blocks: (blocks: Parameters<typeof allocateMemory>[1]) => {
        this.made = allocateMemory(plan, blocks);
      },
      mainSync() {},
    };
    this.reader = new MainReader(plan, events, { start: this.start, bytes: this.bytes });
  }

  /** Known when the stream has been read. */
  get memory(): Memory {
    return this.made!;
  }

  get mapped(): readonly MappedBlock[] | undefined {
    return this.reader.stream.mapped;
  }

  async readStream(signal: AbortSignal): Promise<void> {
    const { reader } = this;
    for (let at = this.start; at < this.bytes; ) {
      const read = readSync(this.descriptor, reader.target(), { position: at });
      if (read === 0) break;
      at += read;
      let goesOn = reader.received(read);
      while (!goesOn) {
        reader.begin(this.memory);
        goesOn = reader.proceed();
      }
      const { skip } = reader.stream;
      at += skip;
      reader.stream.skipped(skip);
      signal.throwIfAborted();
      await setImmediate();
    }
    reader.end();
  }

  /** Reads the pages that the block's bitmap names, and returns how many. The others are zero, as the memory is. */
  async readPages(
    mapped: MappedBlock,
    block: number,
    ram: Ram,
    marks: PageMarks,
    signal: AbortSignal,
  ): Promise<number> {
    const { pageSize } = this;
    const bitmap = new Uint8Array(bitmapBytes(mapped.bytes, pageSize));
    this.readAll(bitmap, mapped.bitmapAt, `bitmap of block ${named([mapped.name])}`);
    const pages = Math.ceil(mapped.bytes / pageSize);
    const isSet = (page: number) => (bitmap[page >> 3]! & (1 << (page & 7))) !== 0;
    for (let page = pages; page < bitmap.length * 8; page++) {
      if (isSet(page)) {
        const place = { channel: 'main', packet: undefined, at: mapped.bitmapAt + (page >> 3) } as const;
        throw new WireError(
          place,
          `bitmap of block ${named([mapped.name])}`,
          `bits for ${pages} pages`,
          `one for page ${page}`,
        );
      }
    }
    let came = 0;
    for (let page = 0; page < pages; ) {
      marks.set(block, page);
      if (!isSet(page)) {
        page++;
        continue;
      }
      const segment = ram.segment(block, page, pageSize);
      let end = page + 1;
      const most = page + Math.floor(MOST_READ_BYTES / pageSize);
      while (end < pages && end < most && isSet(end) && ram.segment(block, end, pageSize) === segment) {
        marks.set(block, end++);
      }
      const from = ram.offset(block, page, pageSize);
      const at = mapped.pagesAt + page * pageSize;
      const bytes = Math.min((end - page) * pageSize, mapped.pagesAt + mapped.bytes - at);
      this.readAll(segment.subarray(from, from + bytes), at, `page ${page} of block ${named([mapped.name])}`);
      came += end - page;
      page = end;
      signal.throwIfAborted();
      await setImmediate();
    }
    return came;
  }

  /** Where the stream begins: at once, behind libvirt's header, or where that ends and its sparse files are aligned. */
  private findStart(): number {
    const head = new Uint8Array(LIBVIRT_HEADER_BYTES);
    const read = readSync(this.descriptor, head, { position: 0 });
    const start = afterLibvirtHeader(head.subarray(0, read), this.bytes) ?? 0;
    const magic = Buffer.alloc(4);
    const came = readSync(this.descriptor, magic, { position: start });
    if (came < magic.length)
      throw new WireError({ channel: 'main', packet: 0, at: start }, 'magic', `${magic.length} bytes`, `${came}`);
    if (magic.readUInt32BE() !== MAIN_MAGIC) {
      const got = hexadecimal(magic.readUInt32BE());
      throw new WireError({ channel: 'main', packet: 0, at: start }, 'magic', hexadecimal(MAIN_MAGIC), got);
    }
    return start;
  }

  private readAll(target: Uint8Array, at: number, what: string): void {
    for (let filled = 0; filled < target.length; ) {
      const length = Math.min(target.length - filled, MOST_READ_BYTES);
      const read = readSync(this.descriptor, target, filled, length, at + filled);
      if (read === 0) {
        const got = `the end of the file at ${at + filled}`;
        throw new WireError({ channel: 'main', packet: undefined, at }, what, `${target.length} bytes`, got);
      }
      filled += read;
    }
  }
}
