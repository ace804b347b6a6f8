// How long a peer has said nothing while it was asked to.

/** A look counts for at most this share of the limit: time in which nobody looked (a busy machine) is not the peer's silence. */
const MOST_OF_LIMIT = 0.5;

export class Silence {
  private bytes = -1;
  private looked = 0;
  private silentMs = 0;

  /** The silence before was not the peer's. */
  reset(): void {
    this.bytes = -1;
  }

  /**
   * True when `limitMs` (0: any time) have passed since `bytes` last changed; `asked` false starts anew. To be called
   * several times in each limit.
   */
  exceeds(limitMs: number, now: number, bytes: number, asked: boolean): boolean {
    const sinceMs = Math.min(now - this.looked, limitMs * MOST_OF_LIMIT);
    this.looked = now;
    this.silentMs = asked && bytes === this.bytes ? this.silentMs + sinceMs : 0;
    this.bytes = bytes;
    return limitMs > 0 && this.silentMs >= limitMs;
  }
}
