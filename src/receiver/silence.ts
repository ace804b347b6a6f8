// How long a peer has said nothing while it was asked to.

export class Silence {
  private bytes = -1;
  private since = 0;

  /** The silence before was not the peer's. */
  reset(): void {
    this.bytes = -1;
  }

  /** True when `limitMs` (0: any time) have passed since `bytes` last changed; `asked` false starts anew. */
  exceeds(limitMs: number, now: number, bytes: number, asked: boolean): boolean {
    if (!asked || bytes !== this.bytes) {
      this.bytes = bytes;
      this.since = now;
      return false;
    }
    return limitMs > 0 && now - this.since >= limitMs;
  }
}
