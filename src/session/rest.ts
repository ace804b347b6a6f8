// Rest: senders that would spin sleep from a slice's last sync to the next slice, so that other cells have the CPUs.
import type { Event } from '../memory/event.js';

/** Where its words are. */
export interface RestWords {
  readonly allowed: number;
  readonly risen: number;
}

export class Rest {
  private readonly words: Int32Array;
  private readonly gate: Event;
  private readonly at: RestWords;
  private readonly channels: number;
  private slices = 0;
  /** Syncs that are allowed by the slice for which this sender last rose. */
  private granted = 0;

  constructor(words: Int32Array, gate: Event, at: RestWords, channels: number) {
    this.words = words;
    this.gate = gate;
    this.at = at;
    this.channels = channels;
  }

  /** The first requester, before a slice of so many syncs: returns when every sender is awake. False when the run ends. */
  end(syncs: number): boolean {
    const { words, gate, channels } = this;
    const { allowed, risen } = this.at;
    // Publishes the slice before the wake. Pairs with Atomics.load(allowed) in until().
    Atomics.add(words, allowed, syncs);
    gate.wake();
    const all = ++this.slices * channels;
    // Sees senders that are awake. Pairs with Atomics.add(risen) in until().
    return gate.until(() => Atomics.load(words, risen) >= all);
  }

  /**
   * A sender that has done `syncs` syncs: sleeps until more are wanted, or the run ends. It rises once for each slice, also
   * for one that began before it could sleep: the requester waits for that.
   */
  until(syncs: number): void {
    const { words, gate } = this;
    const { allowed, risen } = this.at;
    if (syncs < this.granted) return;
    // Sees the slice that it is woken for. Pairs with Atomics.add(allowed) in end().
    if (!gate.until(() => Atomics.load(words, allowed) > syncs)) return;
    // Standalone: the next slice is not allowed before this sender has risen for this one.
    this.granted = Atomics.load(words, allowed);
    // Publishes that it is awake. Pairs with Atomics.load(risen) in end().
    Atomics.add(words, risen, 1);
    gate.wake();
  }
}
