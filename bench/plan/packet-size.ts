// The largest packet: what a receiver sets memory aside for.
import { MOST_DATA_BYTES } from '../../src/wire/packet.js';
import { showBytes } from '../base/quantities.js';
import { badValue } from '../base/usage-error.js';

/** Throws UsageError, with both flags, when a batch of pages is larger than a packet may be. */
export function requirePacket({
  pageSize,
  pagesPerBatch,
}: {
  readonly pageSize: number;
  readonly pagesPerBatch: number;
}): void {
  if (pageSize * pagesPerBatch <= MOST_DATA_BYTES) return;
  const most = Math.floor(MOST_DATA_BYTES / pageSize);
  const takes = `at most ${most} with --page-size ${showBytes(pageSize)}: a packet has at most ${showBytes(MOST_DATA_BYTES)}`;
  throw badValue('--batch-pages', `${pagesPerBatch}`, takes);
}
