import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { WriteSigns, watchWrites } from './write-signs.js';

const STALL_MS = 250;

let unwatch = () => {};
afterEach(() => unwatch());

/** Two channels, the second of them in a write, and whom the watch has told of. */
function watched() {
  const buffer = WriteSigns.allocate(2);
  const signs = new WriteSigns(buffer, 1);
  signs.turn();
  const told: number[] = [];
  const called = new Promise<void>((resolve) => {
    const watch = watchWrites(buffer, [{ row: 0 }, { row: 1 }], STALL_MS, (row) => {
      told.push(row);
      resolve();
    });
    unwatch = () => watch.stop();
  });
  return { signs, told, called };
}

/** Nothing of this thread runs for so long, as when its machine is paused. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('the watch over writes', () => {
  it('tells of the channel whose write does not end, once', async () => {
    const { told, called } = watched();
    const begun = performance.now();
    await called;
    expect(performance.now() - begun).toBeGreaterThanOrEqual(STALL_MS - 1);
    expect(told).toEqual([1]);
  });

  it('does not take its own silence for that of a peer', async () => {
    const { told, called } = watched();
    freeze(2 * STALL_MS);
    await setImmediate();
    await setImmediate();
    expect(told).toEqual([]);
    await called;
    expect(told).toEqual([1]);
  });

  it('starts anew with every write', async () => {
    const { signs, told } = watched();
    for (let write = 0; write < 4; write++) {
      freeze(STALL_MS / 2);
      await setImmediate();
      // Ends, and the next one begins.
      signs.turn();
      signs.turn();
      await setImmediate();
    }
    expect(told).toEqual([]);
  });
});
