import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newestResolution } from './resolution.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-resolution-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cell = { place: 'spread', wait: { provider: 'park', sender: 'park' }, elide: true, rowBytes: 128 };
const row = (table: string, b: string, resolvable: number | null) => ({
  cell: `${table} channels=1`,
  b,
  metric: 'jobsPerSecond',
  resolvable,
});

/** Saves a run that differs from a default one in what is given. */
function save(name: string, { run = {}, ...rest }: Record<string, unknown> & { run?: object } = {}): void {
  const result = {
    schema: 1,
    run: { complete: true, rounds: 6, finishedAt: '2026-01-01T00:00:00Z', ...run },
    node: { version: 'v20.0.0' },
    code: { harness: 'abc' },
    cells: [{ ...cell, table: 'hand-off' }],
    comparisons: [
      row('hand-off', 'atomic-barrier', 0.05),
      row('hand-off', 'atomic-barrier', 0.2),
      row('hand-off', 'message-port', 9),
    ],
    ...rest,
  };
  mkdirSync(join(folder, 'key', '2026'), { recursive: true });
  writeFileSync(join(folder, 'key', '2026', `${name}.json`), JSON.stringify(result));
}

describe('newestResolution', () => {
  it('is undefined for a machine without runs, and where no run is a default one', () => {
    expect(newestResolution(folder, 'other')).toBeUndefined();
    save('quick', { run: { rounds: 3 } });
    save('interrupted', { run: { complete: false } });
    save('awake', { run: { keepAwake: true } });
    save('custom', { cells: [{ ...cell, table: 'custom' }] });
    save('spun', { cells: [{ ...cell, table: 'hand-off', wait: { provider: 'park', sender: 'spin:20us' } }] });
    save('future', { schema: 99 });
    writeFileSync(join(folder, 'key', '2026', 'broken.json'), '{');
    expect(newestResolution(folder, 'key')).toBeUndefined();
  });

  it('takes the newest by when it ended, and the rows of the pair under study', () => {
    save('z-old');
    save('a-new', {
      run: { finishedAt: '2026-02-01T00:00:00Z' },
      comparisons: [row('hand-off', 'atomic-barrier', 0.1), row('sync', 'atomic-barrier', null)],
    });
    expect(newestResolution(folder, 'key')).toEqual({
      file: join(folder, 'key', '2026', 'a-new.json'),
      finishedAt: '2026-02-01T00:00:00Z',
      node: 'v20.0.0',
      harness: 'abc',
      processes: 6,
      tables: [
        { table: 'hand-off', metric: 'jobsPerSecond', least: 0.1, most: 0.1, rows: 1, fineRows: 1 },
        { table: 'sync', metric: 'jobsPerSecond', least: Infinity, most: Infinity, rows: 1, fineRows: 0 },
      ],
    });
  });
});
