// What reads one connection of a receiver.
import type { Memory } from './messages.js';

/** What reads one connection. All but `target` throw WireError, or what writing to RAM throws. */
export interface Reader {
  /** Where the next bytes go: never empty. */
  target(): Uint8Array;
  /** So many bytes are there. False: it waits, and wants no more of them. */
  received(bytes: number): boolean;
  /** The RAM is there. To be called before the first `proceed`. */
  begin(memory: Memory): void;
  /** The wait is over. False: it waits again. */
  proceed(): boolean;
  /** The connection has ended. */
  end(): void;
  /** To be called several times in the shortest limit. `elsewhere` grows when bytes come over any line. */
  checkSilence(now: number, elsewhere?: number): void;
}
