// How often change points err on simulated histories of known outcome: docs/tracking.md has the table that it prints.
import { expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { boxedTable } from '../terminal/boxed-table.js';
import { HISTORY_KINDS, scoreHistories } from './fixtures/simulated-histories.js';

const SERIES = 1000;

/** Most series with a report, and fewest in which what is there was found, of 1000. */
const GOALS: Readonly<Record<string, { readonly most?: number; readonly least?: number }>> = {
  'no change': { most: 20 },
  'two modes': { most: 20 },
  'one-commit spikes': { most: 20 },
  'step of 10 %': { least: 950 },
  'step of 20 %': { least: 950 },
  'drift of 20 %': { least: 850 },
};

it('simulated histories of 60 commits: few false alarms, and large changes found', () => {
  const scores = HISTORY_KINDS.map((kind) => scoreHistories(new Random(1), kind, SERIES));
  const rows = scores.map(({ kind, reported, found, exact, wrong }) => {
    return [kind.name, ...[reported, found, exact, wrong].map((count) => `${(100 * count) / SERIES} %`)];
  });
  process.stdout.write(`${boxedTable(['history', 'reported', 'found', 'at the commit', 'wrong'], rows)}\n`);
  for (const [name, { most = SERIES, least = 0 }] of Object.entries(GOALS)) {
    const { reported, found } = scores.find(({ kind }) => kind.name === name)!;
    expect(reported, name).toBeLessThanOrEqual(most);
    expect(found, name).toBeGreaterThanOrEqual(least);
  }
}, 120_000);
