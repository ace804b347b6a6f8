// What came in a whole migration, before anything is made of it; and what did not come.
import type { Ram } from '../ram/ram.js';
import type { Announcement } from '../wire/announcement.js';
import type { PageMarks } from './page-marks.js';
import type { ChannelCounts, MainCounts } from './plan.js';

export interface Received {
  readonly channels: readonly ChannelCounts[];
  readonly rounds: number;
  readonly main?: MainCounts;
  /** What the sender said before, if it did. */
  readonly announcement?: Announcement;
  readonly ram: Ram;
  readonly marks: PageMarks;
  readonly durationMs: number;
  readonly transferMs?: number;
  readonly cpuMicros: number;
}

export function inOrder(counts: readonly ChannelCounts[]): readonly ChannelCounts[] {
  return [...counts].sort((a, b) => a.channel - b.channel);
}

/** Why a reception fails to which not all connections came. */
export function missingText(channels: readonly number[], main: boolean, connectMs: number): string {
  const who = [...(main ? ['main stream'] : []), ...(channels.length > 0 ? [`channel ${channels.join(', ')}`] : [])];
  return `${who.join(', ')}: expected a connection within ${connectMs} ms of the first, got none`;
}
