// The rate and the price of one transfer, for people; of too few bytes neither says anything.
import { showNumber } from '../base/quantities.js';
import type { Transferred } from '../measure/transfer.js';

const LEAST_BYTES = 1 << 20;

/** `917 MiB/s, 0.300 CPU s/GiB on the sending threads`. `by`: whose clock it is. */
export function transferRate(bytes: number, { mibPerSecond, cpuSecondsPerGib }: Transferred, by = ''): string {
  if (bytes < LEAST_BYTES) return `too few bytes for a rate: from ${LEAST_BYTES / 2 ** 20} MiB on`;
  return `${showNumber(mibPerSecond)} MiB/s${by}, ${cpuSecondsPerGib.toFixed(3)} CPU s/GiB on the sending threads`;
}

/** `40.0 MiB`, `4096 bytes`. */
export function transferSize(bytes: number): string {
  return bytes < LEAST_BYTES ? `${bytes} bytes` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
