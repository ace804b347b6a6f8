import { describe, expect, it } from 'vitest';
import { readAblations } from '../tables/ablation-reading.js';
import { compareAblations } from './compare-ablations.js';
import type { Result, ResultCell } from './document.js';

type Ablated = Partial<Pick<ResultCell, 'scan' | 'rowBytes' | 'elide'>>;

/** A cell of six processes, whose ablations make it so many times as fast. */
function cell({ scan, rowBytes = 128, elide = true }: Ablated, channels: number, factor: number): ResultCell {
  const said = [
    ...(scan === undefined ? [] : [`scan=${scan}`]),
    ...(rowBytes === 128 ? [] : [`rowBytes=${rowBytes === 8 ? 'packed' : rowBytes}`]),
    ...(elide ? [] : ['elide=off']),
  ];
  const id = ['t atomic-barrier', `channels=${channels}`, ...said].join(' ');
  const visits = Array.from({ length: 12 }, (_, at) => ({
    round: at >> 1,
    values: { jobsPerSecond: 1e6 * factor * (1 + (at % 5) / 1000) },
  }));
  const named = { id, table: 't', variant: 'atomic-barrier', channels, rowBytes, elide, ...(scan && { scan }) };
  return { ...named, status: 'measured', metrics: {}, visits } as unknown as ResultCell;
}

const compared = (cells: readonly ResultCell[]) => compareAblations(cells, 'jobsPerSecond');
const readingOf = (cells: readonly ResultCell[]) =>
  readAblations({ comparisons: compared(cells), cells, machine: { architecture: 'x64' } } as unknown as Result);

describe('compareAblations', () => {
  it("takes each scan against the patch's, in cells that differ in nothing else", () => {
    const cells = [1, 8].flatMap((channels) => [
      cell({}, channels, 1.2),
      cell({ scan: 'wasm-fence' }, channels, 1),
      cell({ scan: 'wasm-acquire' }, channels, 1.001),
    ]);
    const all = [...cells, { ...cell({ scan: 'atomic' }, 8, 9), sameAs: 'another' }];
    expect(compared(all).map((each) => [each.cell, each.a, each.b, each.verdict])).toEqual(
      [1, 8].flatMap((channels) => [
        [`t channels=${channels}`, 'atomic-barrier scan=wasm-fence', 'atomic-barrier scan=plain', 'faster'],
        [`t channels=${channels}`, 'atomic-barrier scan=wasm-fence', 'atomic-barrier scan=wasm-acquire', 'same'],
      ]),
    );
    const [text, ...more] = readingOf(cells);
    expect(more).toEqual([]);
    expect(text).toContain('--scan, on x86-64:');
    expect(text).toContain(
      'atomic-barrier scan=plain and atomic-barrier scan=wasm-fence: FASTER at 1 ch (x1.20), 8 ch (x1.20)\n',
    );
    expect(text).toMatch(/scan=wasm-acquire and atomic-barrier scan=wasm-fence: SAME within .+ at 1 ch, 8 ch\n/);
  });

  it('has the first value as its base where the reference is not measured, and says nothing of one value', () => {
    const [plain, atomic] = [cell({}, 1, 2), cell({ scan: 'atomic' }, 1, 1)];
    expect(compared([plain, atomic])).toMatchObject([
      { a: 'atomic-barrier scan=plain', b: 'atomic-barrier scan=atomic', verdict: 'slower' },
    ]);
    expect(compared([plain])).toEqual([]);
    expect(readingOf([plain])).toEqual([]);
  });

  it('takes layouts against 128 and elision against on, one at a time, and says where the other stood', () => {
    const cells = [true, false].flatMap((elide) =>
      [8, 64, 128].map((rowBytes) => cell({ rowBytes, elide }, 2, (rowBytes === 8 ? 0.5 : 1) * (elide ? 1 : 0.8))),
    );
    expect(compared(cells).map(({ cell, a, b, ratio }) => [cell, a, b, Number(ratio.toFixed(2))])).toEqual([
      ['t channels=2', 'atomic-barrier layout=128', 'atomic-barrier layout=packed', 0.5],
      ['t channels=2', 'atomic-barrier layout=128', 'atomic-barrier layout=64', 1],
      ['t channels=2 elide=off', 'atomic-barrier layout=128', 'atomic-barrier layout=packed', 0.5],
      ['t channels=2 elide=off', 'atomic-barrier layout=128', 'atomic-barrier layout=64', 1],
      ['t channels=2 rowBytes=packed', 'atomic-barrier elide=on', 'atomic-barrier elide=off', 0.8],
      ['t channels=2 rowBytes=64', 'atomic-barrier elide=on', 'atomic-barrier elide=off', 0.8],
      ['t channels=2', 'atomic-barrier elide=on', 'atomic-barrier elide=off', 0.8],
    ]);
    const [layouts, elision, ...more] = readingOf(cells);
    expect(more).toEqual([]);
    expect(layouts).toContain(
      'layout=packed and atomic-barrier layout=128: SLOWER at 2 ch (x0.50), elide=off 2 ch (x0.50)',
    );
    expect(elision).toContain('SLOWER at rowBytes=packed 2 ch (x0.80), rowBytes=64 2 ch (x0.80), 2 ch (x0.80)');
  });
});
