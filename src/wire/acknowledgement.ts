// What a receiver answers a sender that announced itself: a line of JSON in the end, and empty lines while it is at work on that.

/** What came, by the receiver's own count and clock. */
export interface Acknowledgement {
  readonly bytes: number;
  /** With bytes of their own, and named as zero. */
  readonly pages: number;
  readonly zeroPages: number;
  /** SHA-256 of the RAM. */
  readonly sha256: string;
  /** From the first byte of a packet to the last SYNC of all channels, in milliseconds. */
  readonly transferMs: number;
}

export type ReceiverAnswer = { readonly received: Acknowledgement } | { readonly failed: string };

/** Grows when a field changes its meaning. */
const VERSION = 1;
/** A sign of life: making a digest takes a second or so for each GiB. */
export const ALIVE = '\n';
export const ALIVE_EVERY_MS = 250;
/** An answer is never longer, signs of life aside. */
export const MOST_ANSWER_BYTES = 4096;
const MOST_REASON = 1000;

export function fillAnswer(answer: ReceiverAnswer): string {
  const cut = 'failed' in answer ? { failed: answer.failed.slice(0, MOST_REASON) } : answer;
  return `${JSON.stringify({ 'multifd-bench': VERSION, ...cut })}\n`;
}

/** Undefined for what is no answer. What it holds came over the wire: the types are checked, and text is printable. */
export function parseAnswer(text: string): ReceiverAnswer | undefined {
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (answer?.['multifd-bench'] !== VERSION) return undefined;
  const { failed, received } = answer as { failed?: unknown; received?: Partial<Acknowledgement> };
  if (typeof failed === 'string') return { failed: failed.replace(/[^ -~]+/g, ' ') };
  if (typeof received !== 'object' || received === null) return undefined;
  const { bytes, pages, zeroPages, sha256, transferMs } = received;
  const counts = [bytes, pages, zeroPages, transferMs].every((count) => typeof count === 'number' && count >= 0);
  if (!counts || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { received: { bytes, pages, zeroPages, sha256, transferMs } as Acknowledgement };
}
