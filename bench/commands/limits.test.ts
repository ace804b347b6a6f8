import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { allowedCpus } from '../../src/os/cpus.js';
import { runCli } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';
import { CRing } from '../measure/c-ring.js';
import { type LimitRow, limitRecords, renderLimits } from '../tables/limits-table.js';
import { recordsAsTsv } from '../terminal/grid.js';

const HAS_COMPILER = spawnSync('cc', ['--version']).status === 0;
const CPUS = allowedCpus();

const refused = useCommands();

describe('limits', () => {
  it.runIf(isLong && CPUS.length > 1)(
    'measures the floors where there is no compiler, and says what is missing',
    () => {
      const words = ['limits', '--quick', '--rounds', '2', '--json', '--seed', '1'];
      const env = { ...process.env, CC: '/nowhere/cc' };
      const { stdout, status } = runCli(words, { env });
      expect(status).toBe(0);
      const { limits, notes } = JSON.parse(stdout) as { limits: LimitRow[]; notes: string[] };
      expect(notes).toEqual(['the ring in C is not measured: no C compiler /nowhere/cc (CC names another)']);
      expect(limits.map(({ limit, variant, depth, processes }) => [limit, variant, depth, processes])).toEqual([
        ['spin', 'fastest', 1, 2],
        ['park', 'fastest', 1, 2],
      ]);
      for (const { ownValue, limitValue, ratio, low, high } of limits) {
        for (const value of [ownValue, limitValue]) expect(value).toBeGreaterThan(0);
        expect(ratio).toBeGreaterThan(low!);
        expect(ratio).toBeLessThan(high!);
      }
    },
  );

  it.each([
    [['--depth', '1,2'], '--depth: got "1,2", takes one value here'],
    [['--variants', 'nothing'], '--variants: got "nothing", takes '],
    [['--format', 'html'], '--format: got "html", takes table, markdown, csv, tsv'],
  ])('refuses %j', async (words, message) => {
    const { stderr, status } = await refused('limits', ...words);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it.skipIf(isLong)('shows a ratio for each design and limit, and no interval for one process', () => {
    const row: LimitRow = {
      ...{ limit: 'ring', variant: 'a', depth: 64, publishEvery: 32, unit: 'batches per second' },
      ...{ limitValue: 1e8, ownValue: 5e7, ratio: 0.5, low: 0.49, high: 0.51, noiseFloor: 0.01, processes: 7 },
      pinned: true,
    };
    const alone: LimitRow = { ...row, limit: 'park', variant: 'b', low: null, high: null, pinned: false };
    const table = renderLimits([row, alone], 'AMD EPYC, 2 cores, Node v20.20.2; provider on CPU 0, sender on CPU 1');
    for (const line of table.split('\n').slice(-2)) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(table).toMatch(/│ a +│ +64 │ +50\.0 │ +100 │ x0\.500 │ 0\.490 to 0\.510 │\n│ publishing every 32 │/);
    expect(table).toMatch(/│ b\+ +│/);
    const long = renderLimits([{ ...row, variant: 'requesters-mutex' }], 'a machine');
    for (const line of long.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(recordsAsTsv(limitRecords([row, alone])).split('\n')[2]).toMatch(/^park\tb\t64\t32\t.+\t0\.5\t\t\t7$/);
  });
});

describe.skipIf(isLong)('the ring in C', () => {
  it.skipIf(!HAS_COMPILER || CPUS.length < 2)('hands over every item, and knows its speed', async () => {
    const ring = await CRing.build('cc', 64, [CPUS[0]!, CPUS[1]!]);
    if (typeof ring === 'string') throw new Error(ring);
    try {
      expect(await ring.itemsPerSecond(1)).toBeGreaterThan(0);
    } finally {
      ring.remove();
    }
  });

  it('says why it cannot be had', async () => {
    expect(await CRing.build('false', 64, [0, 1])).toMatch(/^false does not compile docs\/ring\.c: /);
    expect(await CRing.build('cc', 48, [0, 1])).toBe('its places are a power of two, and the depth is 48');
  });
});
