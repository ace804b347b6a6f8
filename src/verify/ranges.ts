// Byte ranges of a 32-bit word: what an access of another size than a word touches. Bytes are little-endian, as in V8.

export const WHOLE = 0;
/** Byte 0 of the word; the others follow. */
export const BYTE = 1;
/** The lower half of the word; the upper one follows. */
export const HALF = 5;
/** The words of a 64-bit atomic access: the bytes of a whole word, and yet another range. */
export const LOW = 7;
export const HIGH = 8;
/** How many ranges there are. */
export const RANGES = 9;

const FIRST_BYTE = [0, 0, 1, 2, 3, 0, 2, 0, 0];
const BYTES = [4, 1, 1, 1, 1, 2, 2, 4, 4];

/** How far to shift the range's value up for its place in the word. */
export function shiftOf(range: number): number {
  return FIRST_BYTE[range]! * 8;
}

/** The bits of the range's value. */
export function maskOf(range: number): number {
  return BYTES[range] === 4 ? -1 : (1 << (BYTES[range]! * 8)) - 1;
}

export function doOverlap(one: number, other: number): boolean {
  return (placed(one) & placed(other)) !== 0;
}

/** Whether every byte of `other` is one of `range`. */
export function covers(range: number, other: number): boolean {
  return (placed(other) & ~placed(range)) === 0;
}

/** What `word` holds once `range` of it holds `value`. */
export function putInto(word: number, range: number, value: number): number {
  return (word & ~placed(range)) | ((value << shiftOf(range)) & placed(range));
}

/** What `range` of a word holds. */
export function takeFrom(word: number, range: number): number {
  return (word >>> shiftOf(range)) & maskOf(range);
}

function placed(range: number): number {
  return maskOf(range) << shiftOf(range);
}

/** For reports: ` byte 2`, ` bytes 2-3`, ` of 64 bits`; empty for the whole word. */
export function rangeName(range: number): string {
  if (range === WHOLE) return '';
  if (range >= LOW) return ' of 64 bits';
  const first = FIRST_BYTE[range]!;
  return range < HALF ? ` byte ${first}` : ` bytes ${first}-${first + 1}`;
}
