// What a sender announced against what the receiver was started with: what differs is named by the flag that both ends have.
import { type Announcement, DIGEST_DIGITS } from '../wire/announcement.js';
import { ReceiverError, type ReceiverPlan } from './plan.js';

/** Throws ReceiverError for the first thing that differs. */
export function checkAnnouncement(announced: Announcement, plan: ReceiverPlan): void {
  const { blocks, imageBytes, channels, pageSize, pagesPerPacket, codec } = plan;
  if (blocks === undefined) {
    throw new ReceiverError({
      reason: `the sender has no main stream, as a QEMU has: --ram-bytes ${announced.bytes} at the receiver takes what it sends`,
    });
  }
  for (const [flag, there, here] of [
    ['--channels', announced.channels, channels],
    ['--page-size', announced.pageSize, pageSize],
    ['--batch-pages', announced.pagesPerPacket, pagesPerPacket],
    ['--codec', announced.codec, codec],
    ['--ram-bytes', announced.bytes, imageBytes ?? announced.bytes],
  ]) {
    if (there === here) continue;
    throw new ReceiverError({ reason: `${flag}: ${here} at the receiver, ${there} at the sender`, field: `${flag}` });
  }
}

/** Throws ReceiverError when the RAM is not what the sender announced. */
export function checkDigest({ digest }: Announcement, sha256: string): void {
  if (sha256.slice(0, DIGEST_DIGITS) === digest) return;
  throw new ReceiverError({
    reason: `RAM: its SHA-256 is ${sha256} at the receiver, ${digest}.. at the sender: bytes changed on the way`,
  });
}
