// QEMU's main stream of a receiver: says which RAM comes, writes the pages that come here, and stops where SYNCs belong.

import { Ram } from '../ram/ram.js';
import { MainStream, type MainStreamEvents } from '../wire/main-stream.js';
import type { StreamBlock } from '../wire/stream-block.js';
import type { MainStreamRules } from '../wire/stream-preamble.js';
import { checkBlocks } from './memory.js';
import type { Memory } from './messages.js';
import { PageMarks } from './page-marks.js';
import type { MainCounts, ReceiverPlan } from './plan.js';
import type { Reader } from './reader.js';
import { Silence } from './silence.js';

export interface MainEvents {
  /** The blocks are told; the reader waits for `begin`. */
  blocks(blocks: readonly StreamBlock[]): void;
  /** The place of one SYNC is reached; `pages` came here so far. The reader waits for `proceed`, unless SYNCs are ignored. */
  mainSync(pages: number): void;
}

/** Fields are short: they are not read one by one. */
const STAGING_BYTES = 64 << 10;

export class MainReader implements Reader, MainStreamEvents {
  private readonly plan: ReceiverPlan;
  private readonly events: MainEvents;
  readonly stream: MainStream;
  private readonly staging = new Uint8Array(STAGING_BYTES);
  private from = 0;
  private to = 0;
  private memory:
    | { readonly ram: Ram; readonly marks: PageMarks; readonly blocks: ReadonlyMap<string, number> }
    | undefined;
  private waits = false;
  private bytes = 0;
  private pages = 0;
  private zeroPages = 0;
  private syncs = 0;
  private devices = 0;
  private readonly silence = new Silence();

  /** `file`: the stream is not that of a connection. */
  constructor(plan: ReceiverPlan, events: MainEvents, file?: MainStreamRules['file']) {
    this.plan = plan;
    this.events = events;
    const { pageSize, uuid } = plan;
    this.stream = new MainStream({ pageSize, uuid, ...(file ? { file } : {}) }, this);
  }

  get counts(): MainCounts {
    const { bytes, pages, zeroPages, syncs, devices } = this;
    const { machine, syncPlace = 'section-end', switchover } = this.stream;
    return { machine, syncPlace, switchover, bytes, pages, zeroPages, syncs, devices };
  }

  target(): Uint8Array {
    return this.staging;
  }

  received(bytes: number): boolean {
    this.bytes += bytes;
    this.from = 0;
    this.to = bytes;
    return this.advance();
  }

  begin({ parts, marks, blocks }: Memory): void {
    const ram = new Ram(parts);
    const indices = new Map(blocks.map(({ name }, index) => [name, index]));
    this.memory = { ram, marks: new PageMarks(marks, ram, this.plan.pageSize), blocks: indices };
  }

  proceed(): boolean {
    this.waits = false;
    this.silence.reset();
    return this.advance();
  }

  end(): void {
    const { pageSize, devices } = this.stream.end();
    this.devices = devices;
    if (pageSize !== this.plan.pageSize)
      throw this.stream.broken(`pages of ${this.plan.pageSize} bytes`, `${pageSize}`);
  }

  checkSilence(now: number): void {
    const { idleMs } = this.plan;
    if (!this.silence.exceeds(idleMs, now, this.bytes, !this.waits)) return;
    throw this.stream.broken('more bytes', `nothing for ${idleMs} ms`);
  }

  blocks(blocks: readonly StreamBlock[]): boolean {
    checkBlocks(this.plan, blocks, this.stream.place);
    this.waits = true;
    this.events.blocks(blocks);
    return false;
  }

  sync(): boolean {
    this.syncs++;
    this.waits = !this.plan.ignoreSync;
    this.events.mainSync(this.pages + this.zeroPages);
    return !this.waits;
  }

  fill(block: string, offset: number, value: number): void {
    this.zeroPages++;
    // Memory that nothing was written to is zero, and stays untouched.
    this.write(block, offset, (page, known) => {
      if (known || value !== 0) page.fill(value);
    });
  }

  page(block: string, offset: number, bytes: Uint8Array): void {
    this.pages++;
    this.write(block, offset, (page) => page.set(bytes));
  }

  private write(name: string, offset: number, how: (page: Uint8Array, known: boolean) => void): void {
    const { ram, marks, blocks } = this.memory!;
    const { pageSize } = this.plan;
    const block = blocks.get(name)!;
    const number = offset / pageSize;
    const start = ram.offset(block, number, pageSize);
    how(ram.segment(block, number, pageSize).subarray(start, start + pageSize), marks.has(block, number));
    marks.set(block, number);
  }

  /** Takes what is staged, up to the next wait. */
  private advance(): boolean {
    this.from += this.stream.push(this.staging.subarray(this.from, this.to));
    return !this.waits;
  }
}
