// What our senders are held to beside QEMU's, and beside our own writes without a hand-off.
import { STUDIED } from '../result/comparisons.js';

export interface Goal {
  /** CPU seconds a GiB, as a ratio to QEMU's: at most this. */
  readonly cpu: number;
  /** Throughput, as a ratio to QEMU's: the whole interval above this. */
  readonly throughput: number;
}

/** The best there is, with several batches in flight. */
const BEST = 'fastest depth 4';
const CHANNELS = [1, 2, 4, 8];
/** Beyond these, 7.2's senders are a measure of the scheduler. */
const CHANNELS_OF_OLD = [1, 2, 4];
/** CPU beside the same writes of our own without a hand-off. */
const TO_PLAIN_LOOP = 1.1;

/** Undefined where nothing is asked for. QEMU before 9.0 has a mutex for each channel, and spins. */
export function goalOf(design: string, qemuMajor: number, channels: number): Goal | undefined {
  if (qemuMajor < 9) {
    return design === STUDIED && CHANNELS_OF_OLD.includes(channels) ? { cpu: 0.9, throughput: 0.95 } : undefined;
  }
  if (!CHANNELS.includes(channels)) return undefined;
  if (design === BEST) return { cpu: 1, throughput: 0.95 };
  // At depth 1 each batch costs two parked wake-ups, and V8's are dearer than QEMU's.
  return design === STUDIED ? { cpu: 1.08, throughput: 0.95 } : undefined;
}

/** What CPU beside the plain loop is held to. */
export function plainLoopGoal(design: string): number | undefined {
  return design === BEST ? TO_PLAIN_LOOP : undefined;
}
