// What an ablation costs: each value that a run measured against one of them, design by design, from turns of the same processes.

import { ABLATIONS, type Ablation } from '../plan/ablations.js';
import { compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { barOf, groupOf, judged, processesOf, withoutAxis } from './comparisons.js';
import type { ResultCell, ResultComparison } from './document.js';

/** How a comparison of ablations names its ends: `mutex layout=packed`. */
export function ablatedName({ name, key, show }: Ablation, cell: ResultCell): string {
  return `${cell.variant} ${name}=${show(cell[key])}`;
}

/** The cell that a comparison of ablations is in: its id, but for the design and what is ablated. */
export function ablatedGroup({ key }: Ablation, cell: ResultCell): string {
  return withoutAxis(groupOf(cell), key);
}

/** Every value against the reference where that was measured, else against the first one; Holm over those of one axis. */
export function compareAblations(cells: readonly ResultCell[], metric: string): ResultComparison[] {
  return ABLATIONS.flatMap((ablation) => compareAblation(ablation, cells, metric));
}

function compareAblation(ablation: Ablation, cells: readonly ResultCell[], metric: string): ResultComparison[] {
  const own = cells.filter(({ status, sameAs }) => status === 'measured' && sameAs === undefined);
  const groups = new Set(own.map(({ id }) => withoutAxis(id, ablation.key)));
  const pairs = [...groups].flatMap((group) => {
    const values = own.filter(({ id }) => withoutAxis(id, ablation.key) === group);
    const a = values.find((cell) => ablation.show(cell[ablation.key]) === ablation.reference) ?? values[0]!;
    return values.flatMap((b) => {
      const processes = b === a ? [] : processesOf(a, b, metric);
      return processes.length === 0 ? [] : [{ a, b, processes }];
    });
  });
  const compared = pairs.map(({ a, b, processes }) => compare(processes, pairs.length, barOf(a, b, metric)));
  const adjusted = holm(compared.map(({ p }) => p));
  return pairs.map(({ a, b }, at) => ({
    ...{ cell: ablatedGroup(ablation, b), a: ablatedName(ablation, a), b: ablatedName(ablation, b), metric },
    ...judged(compared[at]!, adjusted[at]!, metric, barOf(a, b, metric)),
  }));
}
