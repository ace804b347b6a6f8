// The provider's end of a run: collects pages into batches by QEMU's rules and hands them over (multifd_queue_page).

import { invariant } from '../memory/invariant.js';
import { type Batches, type BatchIndex, DEVICE_STATE } from '../ram/batches.js';
import { EXIT, type Provider } from './variant.js';

/**
 * A batch being filled, and how many have been handed over. What it holds is counted here and written into it as it
 * leaves, all at once: its line has just come from a sender's cache, and nothing waits for it.
 */
class Filling {
  jobs = 0;
  pages = 0;
  private readonly batches: Batches;
  private readonly requester: number;
  private current: BatchIndex;
  private block = 0;
  private count = 0;

  constructor(batches: Batches, requester: number) {
    this.batches = batches;
    this.requester = requester;
    this.current = requester;
  }

  /** True when the current batch must leave first: it is full, or it holds pages of another block. */
  protected mustLeave(block: number): boolean {
    const { count } = this;
    return count > 0 && (count === this.batches.pagesPerBatch || this.block !== block);
  }

  protected get empty(): boolean {
    return this.count === 0;
  }

  protected append(block: number, page: number): void {
    this.block = block;
    this.batches.put(this.current, this.count++, page);
  }

  /** Seals and numbers the current batch; it is handed over next. */
  protected leave(): BatchIndex {
    const { current, block, count } = this;
    this.pages += count;
    this.batches.seal(current, block, count, this.requester, this.jobs++);
    return current;
  }

  /** Makes the current batch, which is empty, a chunk of a device's state; it is handed over next. */
  protected leaveState(firstPage: number): BatchIndex {
    const { batches, current, requester } = this;
    batches.put(current, 0, firstPage);
    batches.seal(current, DEVICE_STATE, 1, requester, this.jobs++);
    return current;
  }

  /** Takes the batch got in exchange. Returns false for EXIT. */
  protected exchange(empty: BatchIndex): boolean {
    if (empty === EXIT) return false;
    if (this.batches.count(empty) !== 0) invariant(false, `I2: got batch ${empty} in exchange, which is not empty`);
    this.current = empty;
    this.count = 0;
    return true;
  }
}

/** For providers that block. All of these return false when the run is ending. */
export class PageQueue extends Filling {
  private readonly provider: Provider;

  constructor(provider: Provider, batches: Batches, requester: number) {
    super(batches, requester);
    this.provider = provider;
  }

  /** Adds a page. A batch leaves at the next page after it is full, not before: as in QEMU. */
  queuePage(block: number, page: number): boolean {
    if (this.mustLeave(block) && !this.exchange(this.provider.sendPages(this.leave()))) return false;
    this.append(block, page);
    return true;
  }

  /** Hands over a chunk of a device's state, whose bytes begin at a page of the first block: a batch of its own. */
  queueState(firstPage: number): boolean {
    return this.exchange(this.provider.sendPages(this.leaveState(firstPage)));
  }

  /** Hands over what is there, and publishes what is late. */
  flush(): boolean {
    if (!this.empty && !this.exchange(this.provider.sendPages(this.leave()))) return false;
    this.provider.flush?.();
    return true;
  }
}

/** For providers on an event loop: the same rules, awaited only where there is something to wait for. */
export class LaterPageQueue extends Filling {
  private readonly provider: Provider<'event-loop'>;

  constructor(provider: Provider<'event-loop'>, batches: Batches, requester: number) {
    super(batches, requester);
    this.provider = provider;
  }

  queuePage(block: number, page: number): boolean | Promise<boolean> {
    if (!this.mustLeave(block)) {
      this.append(block, page);
      return true;
    }
    const empty = this.provider.sendPages(this.leave());
    if (typeof empty !== 'number') return empty.then((batch) => this.exchangeAndAppend(batch, block, page));
    return this.exchangeAndAppend(empty, block, page);
  }

  private exchangeAndAppend(empty: BatchIndex, block: number, page: number): boolean {
    if (!this.exchange(empty)) return false;
    this.append(block, page);
    return true;
  }

  async flush(): Promise<boolean> {
    if (!this.empty && !this.exchange(await this.provider.sendPages(this.leave()))) return false;
    this.provider.flush?.();
    return true;
  }
}
