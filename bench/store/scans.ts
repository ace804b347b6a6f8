// What a scan costs: each kind that a run measured against one of them, design by design, from turns of the same processes.
import { compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { verdict } from '../stats/verdict.js';
import { betterOf, groupOf, numbers, processesOf, type ResultComparison } from './comparisons.js';
import type { ResultCell } from './result.js';
import { rounded } from './rounding.js';

/** What QEMU's patch does: plain loads, and one fence behind them. */
const PATCHED = 'wasm-fence';

/** How a comparison of scans names its ends. */
export function scanName({ variant, scan = 'plain' }: Pick<ResultCell, 'variant' | 'scan'>): string {
  return `${variant} scan=${scan}`;
}

/** Every kind against `wasm-fence` where it was measured, else against the first one; Holm over all of them. */
export function compareScans(cells: readonly ResultCell[], metric: string): ResultComparison[] {
  const searched = cells.filter(({ status, sameAs }) => status === 'measured' && sameAs === undefined);
  const pairs = [...new Set(searched.map(groupOfScans))].flatMap((group) => {
    const kinds = searched.filter((cell) => groupOfScans(cell) === group);
    const a = kinds.find(({ scan }) => scan === PATCHED) ?? kinds[0]!;
    return kinds.flatMap((b) => {
      const processes = b === a ? [] : processesOf(a, b, metric);
      return processes.length === 0 ? [] : [{ a, b, processes }];
    });
  });
  const compared = pairs.map(({ processes }) => compare(processes, pairs.length));
  const adjusted = holm(compared.map(({ p }) => p));
  return pairs.map(({ a, b }, at) => ({
    ...{ cell: withoutScan(groupOf(b)), a: scanName(a), b: scanName(b), metric },
    ...numbers(compared[at]!),
    adjustedP: rounded(adjusted[at]!),
    verdict: verdict(compared[at]!, adjusted[at]!, { better: betterOf(metric) }),
  }));
}

function groupOfScans({ id }: ResultCell): string {
  return withoutScan(id);
}

/** A cell's id, or a group of cells, but for the scan. */
export function withoutScan(id: string): string {
  return id.replace(/ scan=\S+/, '');
}
