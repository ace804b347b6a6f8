// A set of states by their 64-bit hash, which numbers its members.

const INITIAL_CAPACITY = 1 << 14;

/** Open addressing over one Int32Array: low half, high half (never 0), number. A collision hides a state: 2e-7 at 2 million. */
export class StateSet {
  size = 0;
  private capacity = INITIAL_CAPACITY;
  private table = new Int32Array(INITIAL_CAPACITY * 3);

  /** Returns the number of a member, or -1 after having added it as number `size`. */
  find(low: number, high: number): number {
    const { table } = this;
    const at = this.place(low, high);
    if (table[at + 1] !== 0) return table[at + 2]!;
    table[at] = low;
    table[at + 1] = high;
    table[at + 2] = this.size++;
    if (this.size * 2 > this.capacity) this.grow();
    return -1;
  }

  private place(low: number, high: number): number {
    const { table } = this;
    const mask = this.capacity - 1;
    let at = low & mask;
    while (table[at * 3 + 1] !== 0 && (table[at * 3] !== low || table[at * 3 + 1] !== high)) at = (at + 1) & mask;
    return at * 3;
  }

  private grow(): void {
    const old = this.table;
    this.capacity *= 2;
    this.table = new Int32Array(this.capacity * 3);
    for (let i = 0; i < old.length; i += 3) {
      if (old[i + 1] === 0) continue;
      const at = this.place(old[i]!, old[i + 1]!);
      this.table[at] = old[i]!;
      this.table[at + 1] = old[i + 1]!;
      this.table[at + 2] = old[i + 2]!;
    }
  }
}
