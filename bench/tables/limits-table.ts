// Designs beside the limits of a machine: a row a design and limit.

import { processes, showNumber } from '../base/quantities.js';
import { rounded } from '../base/rounding.js';
import type { ContestResult, Limit } from '../measure/limits.js';
import { boxed, WIDEST } from '../terminal/boxed-table.js';
import type { Records } from '../terminal/grid.js';
import { wrap } from '../terminal/wrap.js';

export interface LimitRow {
  readonly limit: Limit;
  readonly variant: string;
  readonly depth: number;
  readonly publishEvery: number;
  readonly unit: 'batches per second' | 'ns per round trip';
  readonly limitValue: number;
  readonly ownValue: number;
  /** The design's to the limit's: above 1 it is faster than the ring, or slower than the floor. */
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly noiseFloor: number;
  readonly processes: number;
  readonly pinned: boolean;
}

const NAMES: Readonly<Record<Limit, string>> = {
  ring: 'ring in C, an item at a time',
  spin: 'floor of a round trip, spinning',
  park: 'floor of a round trip, parking',
};

export function limitRows(results: readonly ContestResult[]): LimitRow[] {
  return results.map(({ limit, cell, limitValue, ownValue, comparison, pinned }) => {
    const { ratio, low, high, noiseFloor, n } = comparison;
    // One process has no interval.
    const finite = (value: number) => (n > 1 ? rounded(value) : null);
    return {
      limit,
      ...{ variant: cell.variant, depth: cell.depth, publishEvery: cell.publishEvery ?? 1 },
      unit: limit === 'ring' ? 'batches per second' : 'ns per round trip',
      ...{ limitValue: rounded(limitValue), ownValue: rounded(ownValue), ratio: rounded(ratio) },
      ...{ low: finite(low), high: finite(high), noiseFloor: rounded(noiseFloor), processes: n, pinned },
    };
  });
}

export function renderLimits(rows: readonly LimitRow[], caption: string): string {
  const lines: string[] = [];
  for (const limit of ['ring', 'spin', 'park'] as const) {
    const own = rows.filter((row) => row.limit === limit);
    if (own.length === 0) continue;
    const unit = limit === 'ring' ? 'million/s (higher is better)' : 'us (lower is better)';
    const show = (value: number) => showNumber(limit === 'ring' ? value / 1e6 : value / 1e3);
    const table = boxed(['design', 'depth', 'its own', 'the limit', 'ratio', 'interval']);
    for (const row of own) {
      const { variant, depth, publishEvery, low, high, ratio, pinned } = row;
      const late =
        publishEvery > 1
          ? `
publishing every ${publishEvery}`
          : '';
      const how = `${variant}${pinned ? '' : '+'}${late}`;
      const interval = low === null ? '' : `${low.toFixed(3)} to ${high!.toFixed(3)}`;
      table.push([how, depth, show(row.ownValue), show(row.limitValue), `x${ratio.toFixed(3)}`, interval]);
    }
    lines.push(NAMES[limit], unit, table.toString());
  }
  if (rows.some(({ pinned }) => !pinned)) lines.push('+ not pinned: processes differ more than designs do');
  lines.push(wrap(`${caption}; ${processes(rows[0]!.processes)}, turns of both alternating in each`, WIDEST, 2));
  return lines.join('\n');
}

export function limitRecords(rows: readonly LimitRow[]): Records {
  const head = [
    'limit',
    'variant',
    'depth',
    'publish_every',
    'unit',
    'own',
    'limit_value',
    'ratio',
    'low',
    'high',
    'n',
  ];
  const body = rows.map((row) => {
    const { limit, variant, depth, publishEvery, unit, ownValue, limitValue, ratio, low, high, processes } = row;
    return [limit, variant, depth, publishEvery, unit, ownValue, limitValue, ratio, low, high, processes];
  });
  return { head, rows: body };
}
