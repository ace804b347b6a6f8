// How requesters that hand over in bursts learn that the first one wants a sync, and that a turn is over. One each a thread.
import type { Bursts } from '../workloads/run.js';

export class BurstSyncs implements Bursts {
  private readonly words: Int32Array;
  private readonly askedSyncs: number;
  private readonly lastSync: number;
  /** What this thread has asked for, or taken part in. */
  private syncs = 0;

  constructor(words: Int32Array, askedSyncs: number, lastSync: number) {
    this.words = words;
    this.askedSyncs = askedSyncs;
    this.lastSync = lastSync;
  }

  ask(endsTurn: boolean): void {
    const sync = ++this.syncs;
    // Publishes which sync is the turn's last before it is asked for. Pairs with Atomics.load(lastSync) in joined().
    if (endsTurn) Atomics.store(this.words, this.lastSync, sync);
    // Standalone: a request; what is handed over is ordered by the hold.
    Atomics.store(this.words, this.askedSyncs, sync);
    Atomics.notify(this.words, this.askedSyncs);
  }

  wanted(): boolean {
    // Standalone: who sees it late hands over one chunk more.
    return Atomics.load(this.words, this.askedSyncs) !== this.syncs;
  }

  rest(ms: number): void {
    Atomics.wait(this.words, this.askedSyncs, this.syncs, ms);
  }

  joined(): boolean {
    this.syncs++;
    // Sees the number of the last sync: the next one may be asked for by now, and be it. Pairs with Atomics.store(lastSync) in ask().
    return Atomics.load(this.words, this.lastSync) === this.syncs;
  }
}
