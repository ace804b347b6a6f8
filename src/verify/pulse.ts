// A sign of life of the checker on this thread, for somebody who watches it from another one.

/** Moves as long as bodies come to their next operation. A loop without any access to shared memory never does. */
export const BEATS = 0;
/** 1 where somebody watches. */
export const WATCHED = 1;

/** Its words are `BEATS` and `WATCHED`. */
export const pulse = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
