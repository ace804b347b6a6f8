// What the lock-free variant is held to beside QEMU, and whether it holds.
import { STUDIED } from '../result/comparisons.js';

export interface Goal {
  /** CPU seconds a GiB, as a ratio to QEMU's: at most this. */
  readonly cpu: number;
  /** Throughput, as a ratio to QEMU's: the whole interval above this. */
  readonly throughput: number;
}

/** Beyond these, both are measures of the scheduler. */
const CHANNELS = [1, 2, 4];

/** Undefined where nothing is asked for. QEMU since 9.0 has no mutex either. */
export function goalOf(variant: string, qemuMajor: number, channels: number): Goal | undefined {
  if (variant !== STUDIED || !CHANNELS.includes(channels)) return undefined;
  return { cpu: qemuMajor >= 9 ? 1 : 0.9, throughput: 0.95 };
}
