// The order of the rooms holds, and what would break it is named.
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../bench/system/project.js';
import { circles, readSources, upwardImports } from './rooms.js';

const sources = readSources(PROJECT);
const planted = (...files: readonly (readonly [string, string])[]) => new Map([...sources, ...files]);

describe('the rooms', () => {
  it('import only what stands below them', () => {
    expect(upwardImports(sources)).toEqual([]);
  });

  it('have no circle of files', () => {
    expect(circles(sources)).toEqual([]);
  });

  it('name a planted upward import of a type, with both files and the rule', () => {
    const text = "import type { Result } from '../result/document.js';\n";
    expect(upwardImports(planted(['bench/plan/planted.ts', text]))).toEqual([
      'bench/plan/planted.ts imports bench/result/document.ts: bench/result stands above bench/plan',
    ]);
  });

  it('name a feature that imports the one beside it', () => {
    const text = "const { tune } = await import('../tune/search.js');\n";
    expect(upwardImports(planted(['bench/qemu/planted.ts', text]))).toEqual([
      expect.stringContaining('bench/qemu and bench/tune stand beside each other'),
    ]);
  });

  it('name a planted circle, also one of types alone', () => {
    const [a, b] = ['bench/stats/planted-a.ts', 'bench/stats/planted-b.ts'] as const;
    const found = circles(
      planted([a, "import type { B } from './planted-b.js';"], [b, "import type { A } from './planted-a.js';"]),
    );
    expect(found).toEqual([`${a} -> ${b} -> ${a}`]);
  });

  it('refuse a file of a room that is not in the table', () => {
    expect(() => upwardImports(planted(['bench/attic/old.ts', "import '../cli.js';"]))).toThrow(
      /bench\/attic\/old\.ts/,
    );
  });
});
