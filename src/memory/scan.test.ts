// The scans: what the hand-written module holds, and that each of its functions finds what a search in JavaScript finds.
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { openScan, SCAN_KINDS } from './scan.js';
import { type ScanExports, scanModule, scansOver } from './scan-module.js';
import { createSharedMemory } from './shared-memory.js';

const memory = createSharedMemory(1 << 16);
const words = new Int32Array(memory.buffer);

/** The bytes of each function's body, in order, from the code section. */
function bodies(): string[] {
  const bytes = scanModule();
  let at = 8;
  const number = (): number => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  };
  for (;;) {
    const [id, size] = [bytes[at++]!, number()];
    if (id !== 10) {
      at += size;
      continue;
    }
    return Array.from({ length: number() }, () => {
      const length = number();
      at += length;
      return Buffer.from(bytes.subarray(at - length, at)).toString('hex');
    });
  }
}

const count = (body: string, instruction: string): number => body.split(instruction).length - 1;

describe('the module', () => {
  it('loads as its functions say, and has one fence', () => {
    const orders = bodies().map((body) => ({
      plainLoads: count(body, '280200'),
      atomicLoads: count(body, 'fe100200'),
      fences: count(body, 'fe0300'),
    }));
    expect(orders).toEqual([
      { plainLoads: 1, atomicLoads: 0, fences: 0 },
      { plainLoads: 0, atomicLoads: 1, fences: 0 },
      { plainLoads: 1, atomicLoads: 1, fences: 1 },
    ]);
    expect(bodies()[2]).toMatch(/280200.*fe0300.*fe100200/);
  });

  it.each(['plain', 'acquire', 'fence'] satisfies (keyof ScanExports)[])('%s finds the first 0, or none', (name) => {
    const find = scansOver(memory)[name];
    const random = new Random(7);
    for (let round = 0; round < 2000; round++) {
      const channels = 1 + random.below(64);
      const stride = [2, 16, 32][random.below(3)]!;
      const first = random.below(100);
      const from = random.below(channels);
      const rows = Array.from({ length: channels }, (_, channel) => first + channel * stride);
      words.fill(0);
      for (const row of rows) words[row] = random.below(8) === 0 ? 0 : 1 + random.below(3);
      const inTurn = rows.map((_, step) => (from + step) % channels);
      const expected = inTurn.find((channel) => words[rows[channel]!] === 0) ?? -1;
      expect(find(first * 4, stride * 4, channels, from), `round ${round}`).toBe(expected);
    }
  });
});

describe('openScan', () => {
  const rows = [40, 72, 104];

  it('searches in WebAssembly for the kinds that say so, and leaves the others to the design', () => {
    words.fill(0);
    for (const row of rows) words[row] = 1;
    const opened = SCAN_KINDS.map((kind) => openScan(kind, memory, rows));
    expect(opened.map(({ guesses, find }) => [guesses, find?.(1)])).toEqual([
      [true, undefined],
      [false, undefined],
      [true, -1],
      [false, -1],
    ]);
    words[rows[0]!] = 0;
    expect(opened.slice(2).map(({ find }) => find!(1))).toEqual([0, 0]);
  });

  it('sees memory that has grown since', () => {
    const { find } = openScan('wasm-acquire', memory, [1 << 14]);
    memory.grow(1);
    expect(find!(0)).toBe(0);
    new Int32Array(memory.buffer)[1 << 14] = 1;
    expect(find!(0)).toBe(-1);
  });
});
