// The flags that lay out comparisons, the same for every command that shows some.
import type { Command } from 'commander';
import { attributeName, attributesOf, type Layout, parseFilter, requireSome } from './projection.js';

export interface LayoutFlags {
  readonly row?: string;
  readonly col?: string;
  readonly filter?: string;
}

export function declareLayout(command: Command): Command {
  return command
    .option('--row <axes>', 'axes that run down the tables, as in variant or variant,page-size', 'variant')
    .option('--col <axis>', 'axis that runs across; default the first with several values of channels, page-size, ..')
    .option('--filter <terms>', 'only these, as in "variant=mutex channels>2 metric=jobsPerSecond"; * is any text');
}

/** Throws UsageError for an axis that there is not. */
export function layoutOf({ row = 'variant', col }: LayoutFlags): Layout {
  return {
    rows: row.split(',').map((name) => attributeName('--row', name.trim())),
    column: col === undefined ? undefined : attributeName('--col', col),
  };
}

/** Whether a metric of a cell is asked for. Throws UsageError for a filter that is none. */
export function wantedBy({ filter }: LayoutFlags): (cell: string, metric: string) => boolean {
  if (filter === undefined) return () => true;
  const test = parseFilter(filter);
  return (cell, metric) => test(attributesOf(cell, metric));
}

/** Throws UsageError where --filter keeps no metric of any cell. */
export function requireWanted<C extends { readonly id: string }>(
  { filter }: LayoutFlags,
  cells: readonly C[],
  metricsOf: (cell: C) => readonly string[],
): void {
  if (filter === undefined) return;
  requireSome(
    filter,
    cells.flatMap((cell) => metricsOf(cell).map((metric) => attributesOf(cell.id, metric))),
  );
}
