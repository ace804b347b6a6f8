// A connection that has to show the token first. Until it has, it is owed no memory but the token's own bytes.
import { isToken, TOKEN_BYTES } from '../wire/token.js';
import type { Reading } from './one-connection.js';

/** Who has the token shows it at once. */
const PATIENCE_MS = 1000;

export class GuardedReading implements Reading {
  private readonly digest: string;
  private readonly inner: Reading;
  private readonly stranger: () => void;
  private readonly shown = Buffer.alloc(TOKEN_BYTES);
  private filled = 0;
  private over = false;
  private patience: NodeJS.Timeout | undefined;

  /** `stranger` is called, once, when another connection should be taken in this one's place. */
  constructor(digest: string, inner: Reading, stranger: () => void) {
    this.digest = digest;
    this.inner = inner;
    this.stranger = stranger;
  }

  target(): Uint8Array {
    return this.filled < TOKEN_BYTES ? this.shown.subarray(this.filled) : this.inner.target();
  }

  received(bytes: number): boolean {
    if (this.over) return false;
    if (this.filled === TOKEN_BYTES) return this.inner.received(bytes);
    this.filled += bytes;
    if (this.filled < TOKEN_BYTES) return true;
    clearTimeout(this.patience);
    if (isToken(this.shown, this.digest)) {
      this.inner.connected();
      return true;
    }
    return this.refuse();
  }

  connected(): void {
    this.patience = setTimeout(() => this.refuse(), PATIENCE_MS);
  }

  ended(): void {
    if (this.passed) this.inner.ended();
    else this.refuse();
  }

  failed(error: Error): void {
    if (this.passed) this.inner.failed(error);
    else this.refuse();
  }

  private get passed(): boolean {
    return this.filled === TOKEN_BYTES && !this.over;
  }

  private refuse(): false {
    clearTimeout(this.patience);
    if (!this.over) this.stranger();
    this.over = true;
    return false;
  }
}
