// The records of a run: each figure stands under its name, in every form for programs.
import { expect, it } from 'vitest';
import { DEFAULT_TABLES } from '../plan/tables.js';
import { groupOf } from '../result/comparisons.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { recordsAsTsv } from '../terminal/grid.js';
import { runRecords } from './run-records.js';

it('a row is a cell and a metric, with its comparison', () => {
  const result = madeUpResult();
  const [head, ...rows] = recordsAsTsv(runRecords(result, DEFAULT_TABLES))
    .split('\n')
    .map((line) => line.split('\t'));
  const read = rows.map((row) => Object.fromEntries(head!.map((name, at) => [name, row[at]])));
  const shown = read.filter(({ metric }) => metric === 'jobsPerSecond');
  expect(shown).toHaveLength(result.cells.length);
  for (const [at, cell] of result.cells.entries()) {
    const { median, low, high, rounds } = cell.metrics.jobsPerSecond!;
    expect(shown[at]).toMatchObject({
      ...{ variant: cell.variant, channels: String(cell.channels), status: 'measured' },
      ...{ median: String(median), low: String(low), high: String(high), rounds: String(rounds) },
    });
    const pair = result.comparisons.find(({ b, cell: of }) => b === cell.variant && of === groupOf(cell));
    expect(shown[at]).toMatchObject({
      ...{ ratio: String(pair?.ratio ?? ''), verdict: pair?.verdict ?? '' },
      ...{ ratioLow: String(pair?.low ?? ''), ratioHigh: String(pair?.high ?? '') },
    });
  }
  expect(shown.filter(({ ratio }) => ratio !== '')).toHaveLength(result.comparisons.length);
});
