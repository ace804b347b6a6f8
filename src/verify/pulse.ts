// A sign of life of the checker on this thread, for somebody who watches it from another one.

/**
 * Its word 0 moves as long as bodies come to their next operation. A loop without any access to shared memory never does.
 * Word 1 is 1 where somebody watches.
 */
export const pulse = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
