// A stream of fields that is pushed in pieces of any length: keeps no more of it than one field.

/** A request for so many bytes, a stop, or so many bytes to pass over. */
export type Step = number | 'stop' | { readonly skip: number };

export abstract class FieldStream {
  /** Bytes up to here are behind, those that were passed over included. */
  protected position: number;
  /** Where the last whole field began. */
  protected fieldAt = 0;
  protected over = false;
  private readonly steps: Generator<Step, void, Buffer>;
  /** Each field in turn. */
  private readonly fields: Buffer;
  private wanted: Buffer;
  private filled = 0;
  private skips = 0;

  /** `mostFieldBytes`: the longest field; `start`: where in its file the stream begins. */
  protected constructor(mostFieldBytes: number, start: number) {
    this.position = start;
    this.steps = this.read();
    this.fields = Buffer.alloc(mostFieldBytes);
    this.wanted = this.fields.subarray(0, 0);
  }

  protected abstract read(): Generator<Step, void, Buffer>;

  /** How many of the next bytes are passed over: they need not be pushed. */
  get skip(): number {
    return this.skips;
  }

  /** So many of them were not pushed. */
  skipped(bytes: number): void {
    this.skips -= bytes;
    this.position += bytes;
  }

  /** Takes bytes and returns how many: fewer than given where it stopped, or is over. */
  protected take(bytes: Uint8Array): number {
    let taken = 0;
    if (this.wanted.length === 0 && !this.over) this.step();
    while (taken < bytes.length && !this.over) {
      if (this.skips > 0) {
        const count = Math.min(this.skips, bytes.length - taken);
        this.skipped(count);
        taken += count;
        continue;
      }
      const count = Math.min(this.wanted.length - this.filled, bytes.length - taken);
      this.wanted.set(bytes.subarray(taken, taken + count), this.filled);
      this.filled += count;
      this.position += count;
      taken += count;
      if (this.filled === this.wanted.length && !this.step()) return taken;
    }
    return taken;
  }

  private step(): boolean {
    this.fieldAt = this.position - this.wanted.length;
    let goesOn = true;
    let next = this.steps.next(this.wanted);
    while (!next.done && typeof next.value !== 'number') {
      if (next.value === 'stop') goesOn = false;
      else this.skips += next.value.skip;
      next = this.steps.next(this.wanted);
    }
    this.over = next.done === true;
    if (!next.done) this.wanted = this.fields.subarray(0, next.value as number);
    this.filled = 0;
    return goesOn;
  }

  protected *name(): Generator<Step, string, Buffer> {
    const length = yield* this.uint(1);
    if (length === 0) throw this.wrong('name', 'at least 1 byte', 0);
    return (yield length).toString('utf8');
  }

  protected *uint(bytes: 1 | 2 | 4): Generator<Step, number, Buffer> {
    return (yield bytes).readUIntBE(0, bytes);
  }

  protected *uint64(field = 'offset'): Generator<Step, number, Buffer> {
    const bytes = yield 8;
    const value = bytes.readUInt32BE(0) * 0x1_0000_0000 + bytes.readUInt32BE(4);
    if (value > Number.MAX_SAFE_INTEGER) throw this.wrong(field, 'less than 2^53', bytes.readBigUInt64BE());
    return value;
  }

  protected abstract wrong(field: string, accepted: string, got: number | bigint | string): Error;
}
