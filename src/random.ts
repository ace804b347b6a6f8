// Seeded random numbers: the same seed gives the same plan, the same image and the same bootstrap, on every machine.

const MASK_64 = 0xffff_ffff_ffff_ffffn;

/**
 * A generator of 2^128 - 1 period, xoshiro128** over 32-bit words, its state filled from the seed by SplitMix64.
 * Not for secrets. Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /**
   * @param seed a whole number in 0 .. 2^53 - 1
   * @throws RangeError for any other number
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed: expected a whole number in 0..2^53-1, got ${seed}`);
    }
    let counter = BigInt(seed);
    for (const half of [0, 2]) {
      counter = (counter + 0x9e37_79b9_7f4a_7c15n) & MASK_64;
      let word = ((counter ^ (counter >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK_64;
      word = ((word ^ (word >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK_64;
      word ^= word >> 31n;
      this.#state[half] = Number(word & 0xffff_ffffn);
      this.#state[half + 1] = Number(word >> 32n);
    }
  }

  /** A whole number in 0 .. 2^32 - 1. */
  next(): number {
    const state = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotateLeft(state[3], 11);
    return result;
  }

  /** A number in [0, 1), all 53 bits random. */
  fraction(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * A whole number in 0 .. bound - 1, each equally likely: words of the last, incomplete run of `bound` are drawn
   * again.
   *
   * @throws RangeError unless bound is a whole number in 1 .. 2^32
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`below: expected a whole number in 1..2^32, got ${bound}`);
    }
    const fair = 2 ** 32 - (2 ** 32 % bound);
    let word = this.next();
    while (word >= fair) word = this.next();
    return word % bound;
  }

  /** The items in a random order, each order equally likely (Fisher and Yates); the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [result[last], result[other]] = [result[other], result[last]];
    }
    return result;
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
