// Two saved runs compared, cell by cell: processes that never met, so without pairs.

import { holm } from '../stats/holm.js';
import { compareUnpaired } from '../stats/unpaired.js';
import type { Aligned } from './align.js';
import type { BuildComparison } from './compare-builds.js';
import { byRound, judged } from './comparisons.js';
import type { Result, ResultCell } from './document.js';

/**
 * Every metric that tables show of every aligned cell; Holm over all of them.
 *
 * @param names of the two runs, as comparisons show them
 * @param wanted which comparisons to make, by cell and metric
 */
export function compareRuns(
  { pairs }: Pick<Aligned, 'pairs'>,
  names: { readonly a: string; readonly b: string },
  code: { readonly a: Result['code']; readonly b: Result['code'] },
  wanted: (cell: string, metric: string) => boolean,
): (BuildComparison & { sameCode: boolean })[] {
  const both = pairs.flatMap(({ a, b }) =>
    shownMetrics(b).flatMap((metric) => {
      const [ofA, ofB] = [processes(a, metric), processes(b, metric)];
      return ofA.length > 0 && ofB.length > 0 && wanted(b.id, metric) ? [{ cell: b, metric, ofA, ofB }] : [];
    }),
  );
  const compared = both.map(({ ofA, ofB }) => compareUnpaired(ofA, ofB, both.length));
  const adjusted = holm(compared.map(({ p }) => p));
  return both.map(({ cell: { id, variant, table }, metric }, at) => ({
    ...{ cell: id, variant, table, a: names.a, b: names.b, metric },
    ...judged(compared[at]!, adjusted[at]!, metric),
    sameCode: code.a.harness === code.b.harness && code.a.variants[variant] === code.b.variants[variant],
  }));
}

/** The metrics that the run's tables show: those whose turns were kept. The oldest files kept none. */
export function shownMetrics({ visits, workload }: Pick<ResultCell, 'visits' | 'workload'>): string[] {
  const kept = Object.keys(visits[0]?.turns ?? {});
  return kept.length > 0 ? kept : workload === 'sync' ? ['signalNs', 'collectNs'] : ['jobsPerSecond'];
}

/** The visits of each process that has two with a value each; of a cell from elsewhere, one. */
function processes({ visits }: ResultCell, metric: string): number[][] {
  const all = [...byRound(visits, metric).values()];
  const each = all.every(({ length }) => length === 1) ? 1 : 2;
  return all.filter((values) => values.length === each && values.every((value) => value > 0));
}
