// How much a trial over a link moves: what takes about a second at its rate, so that slow links and fast ones are measured alike.
import type { TrialReport } from '../../src/receiver/link-messages.js';

/** A transfer takes about this long: much less is start-up, much more is patience. */
export const TRIAL_MS = 1200;
/** One that took less is repeated with more; a count that doubles the rate of the one before takes half the time. */
const SHORT_MS = TRIAL_MS / 3;
const [LEAST_BYTES, MOST_BYTES] = [1 << 20, 4 * 2 ** 30];

type Trial = (channels: number, bytes: number) => Promise<TrialReport>;

export class LinkTrials {
  private readonly trial: Trial;
  private readonly fixedBytes: number | undefined;
  /** Bytes a second, by channels, as the last trial had them. */
  private readonly rates = new Map<number, number>();

  /** `fixedBytes`: every trial moves so much, however long that takes. */
  constructor(trial: Trial, fixedBytes?: number) {
    this.trial = trial;
    this.fixedBytes = fixedBytes;
  }

  /** Bytes a second with so many channels, by the receiver's clock. */
  async measure(channels: number): Promise<number> {
    for (;;) {
      const asked = this.fixedBytes ?? this.bytesFor(channels);
      const { transferMs, bytes } = await this.trial(channels, asked);
      const rate = (bytes / transferMs) * 1000;
      this.rates.set(channels, rate);
      if (transferMs >= SHORT_MS || this.fixedBytes !== undefined || asked >= MOST_BYTES) return rate;
    }
  }

  /** At its own rate, or that of the next smaller count: with more channels it is seldom less. */
  private bytesFor(channels: number): number {
    const nearest = [...this.rates.keys()].filter((count) => count <= channels).sort((a, b) => b - a)[0];
    const wanted = nearest === undefined ? 0 : (this.rates.get(nearest)! * TRIAL_MS) / 1000;
    return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, wanted));
  }
}
