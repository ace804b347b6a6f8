// Two builds of the same designs: cell by cell and metric by metric, from turns that alternated.

import type { Measured } from '../measure/measure.js';
import { plainName, type Side } from '../plan/catalogue.js';
import type { Plan } from '../plan/planned.js';
import { type Comparison, compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { judged, processesOf } from './comparisons.js';
import type { ResultCell, ResultComparison } from './document.js';
import { resultCells } from './make-result.js';

/** A cell of one of the two builds. */
export interface BuildCell extends ResultCell {
  readonly build: Side;
}

/** How the second build compares with the first in one metric of one cell. */
export interface BuildComparison extends Omit<ResultComparison, 'cell'> {
  /** The cell's id, its design included. */
  readonly cell: string;
  readonly variant: string;
  readonly table: string;
  /** Of a FASTER or SLOWER: what the measurement said that was to be confirmed. Absent in others. */
  readonly first?: Pick<ResultComparison, 'ratio' | 'low' | 'high' | 'verdict'>;
  /** Whether an independent measurement of the cell said the same. Absent where there was nothing to confirm. */
  readonly confirmed?: boolean;
}

/** The cells of both builds, under the names that they have in results. */
export function buildCells(plan: Plan, measured: Pick<Measured, 'visits' | 'failures'>): BuildCell[] {
  return resultCells(plan, measured).map((cell) => {
    const { variant, side } = plainName(cell.variant);
    const plain = (id: string) => id.replace(` ${cell.variant} `, ` ${variant} `);
    const { sameAs, ...rest } = cell;
    return {
      ...rest,
      id: plain(cell.id),
      variant,
      build: side,
      ...(sameAs === undefined ? {} : { sameAs: plain(sameAs) }),
    };
  });
}

/**
 * Every metric that the tables show of every cell that both builds measured. Holm over all of them: an answer is read
 * as a whole, and a reader of twenty of them should see a false FASTER or SLOWER in one at most.
 *
 * @param names of the two builds, as comparisons show them
 * @param wanted which comparisons to make, by cell and metric; all where it is left out
 */
export function compareBuilds(
  { tables }: Pick<Plan, 'tables'>,
  cells: readonly BuildCell[],
  names: Readonly<Record<Side, string>>,
  wanted: (cell: string, metric: string) => boolean = () => true,
): BuildComparison[] {
  const pairs = cells.flatMap((b) => {
    if (b.build !== 'b' || b.sameAs !== undefined || b.status !== 'measured') return [];
    const a = cells.find(({ id, build, status }) => id === b.id && build === 'a' && status === 'measured');
    const metrics = tables.find(({ id }) => id === b.table)?.metrics ?? [];
    return metrics.flatMap((metric) => {
      const processes = a && wanted(b.id, metric) ? processesOf(a, b, metric) : [];
      return processes.length === 0 ? [] : [{ cell: b, metric, processes }];
    });
  });
  const compared = pairs.map(({ processes }): Comparison => compare(processes, pairs.length));
  const adjusted = holm(compared.map(({ p }) => p));
  return pairs.map(({ cell: { id, variant, table }, metric }, at) => ({
    ...{ cell: id, variant, table, a: names.a, b: names.b, metric },
    ...judged(compared[at]!, adjusted[at]!, metric),
  }));
}

/** Whether it says that something changed. */
export function isChange({ verdict }: Pick<ResultComparison, 'verdict'>): boolean {
  return verdict === 'faster' || verdict === 'slower';
}

/**
 * The changes as an independent measurement sees them: its figures (those that were chosen because they are large are
 * too large), and its verdict only where it is the same; else unclear.
 */
export function confirm(comparisons: readonly BuildComparison[], again: readonly BuildComparison[]): BuildComparison[] {
  return comparisons.map((comparison) => {
    if (!isChange(comparison)) return comparison;
    const { ratio, low, high, verdict: said } = comparison;
    const second = again.find(({ cell, metric }) => cell === comparison.cell && metric === comparison.metric);
    const confirmed = second?.verdict === said;
    return {
      ...(second ?? comparison),
      verdict: confirmed ? said : 'unclear',
      first: { ratio, low, high, verdict: said },
      confirmed,
    };
  });
}
