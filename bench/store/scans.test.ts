import { describe, expect, it } from 'vitest';
import { readScans } from '../views/scan-reading.js';
import type { Result, ResultCell } from './result.js';
import { compareScans } from './scans.js';

/** A cell of six processes, whose scan makes it so many times as fast. */
function cell(scan: ResultCell['scan'], channels: number, factor: number): ResultCell {
  const id = `t atomic-barrier channels=${channels}${scan === undefined ? '' : ` scan=${scan}`}`;
  const visits = Array.from({ length: 12 }, (_, at) => ({
    round: at >> 1,
    values: { jobsPerSecond: 1e6 * factor * (1 + (at % 5) / 1000) },
  }));
  const named = { id, table: 't', variant: 'atomic-barrier', channels, ...(scan === undefined ? {} : { scan }) };
  return { ...named, status: 'measured', metrics: {}, visits } as unknown as ResultCell;
}

describe('compareScans', () => {
  it("takes each kind against the patch's, in cells that differ in nothing else", () => {
    const cells = [1, 8].flatMap((channels) => [
      cell(undefined, channels, 1.2),
      cell('wasm-fence', channels, 1),
      cell('wasm-acquire', channels, 1.001),
    ]);
    const compared = compareScans([...cells, { ...cell('atomic', 8, 9), sameAs: 'another' }], 'jobsPerSecond');
    expect(compared.map((each) => [each.cell, each.a, each.b, each.verdict])).toEqual(
      [1, 8].flatMap((channels) => [
        [`t channels=${channels}`, 'atomic-barrier scan=wasm-fence', 'atomic-barrier scan=plain', 'faster'],
        [`t channels=${channels}`, 'atomic-barrier scan=wasm-fence', 'atomic-barrier scan=wasm-acquire', 'same'],
      ]),
    );
    const tables = [{ id: 't', columns: 'channels' }] as never;
    const result = { comparisons: compared, cells, machine: { architecture: 'x64' } } as unknown as Result;
    const [text] = readScans(result, tables);
    expect(text).toContain('Scans, on x86-64:');
    expect(text).toContain(
      'atomic-barrier scan=plain and atomic-barrier scan=wasm-fence: FASTER at 1 ch (x1.20), 8 ch (x1.20)\n',
    );
    expect(text).toMatch(/scan=wasm-acquire and atomic-barrier scan=wasm-fence: SAME within .+ at 1 ch, 8 ch\n/);
  });

  it('has the first kind as its base where the patch is not measured, and says nothing of one kind', () => {
    const [plain, atomic] = [cell(undefined, 1, 2), cell('atomic', 1, 1)];
    expect(compareScans([plain, atomic], 'jobsPerSecond')).toMatchObject([
      { a: 'atomic-barrier scan=plain', b: 'atomic-barrier scan=atomic', verdict: 'slower' },
    ]);
    expect(compareScans([plain], 'jobsPerSecond')).toEqual([]);
    expect(readScans({ comparisons: [], cells: [plain] } as unknown as Result, [])).toEqual([]);
  });
});
