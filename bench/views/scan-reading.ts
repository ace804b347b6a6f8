// What a run says of scans: how the loads of a search differ, and on which kind of CPU.
import type { TableSpec } from '../plan/tables.js';
import { groupOf } from '../store/comparisons.js';
import type { Result, ResultCell } from '../store/result.js';
import { scanName, withoutScan } from '../store/scans.js';
import { columnOf } from './columns.js';
import { METRIC_VIEWS } from './metrics.js';
import { type Compared, listComparisons, readVerdicts } from './readings.js';

/** By Node's names. Others stand as they are. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86-64', arm64: 'arm64' };

/** The architecture as its makers write it. */
export function architectureOf({ machine }: Pick<Result, 'machine'>): string {
  return ARCHITECTURES[machine.architecture] ?? machine.architecture;
}

/** Nothing for a run that measured one kind of scan. */
export function readScans(result: Result, tables: readonly TableSpec[]): string[] {
  const scanning = result.comparisons.filter(({ b }) => b.includes(' scan='));
  if (scanning.length === 0) return [];
  const cells = new Map<string, ResultCell>();
  for (const cell of result.cells) cells.set(`${withoutScan(groupOf(cell))} ${scanName(cell)}`, cell);
  const lines = [`Scans, on ${architectureOf(result)}: an atomic load is another instruction on another architecture.`];
  for (const metric of new Set(scanning.map((each) => each.metric))) {
    lines.push(METRIC_VIEWS[metric as keyof typeof METRIC_VIEWS].title);
    const own = scanning.filter((each) => each.metric === metric);
    for (const name of new Set(own.map(({ b }) => b))) {
      const compared = own.flatMap((comparison): Compared[] => {
        const cell = cells.get(`${comparison.cell} ${comparison.b}`);
        const columns = tables.find(({ id }) => id === cell?.table)?.columns;
        if (!cell || !columns || comparison.b !== name) return [];
        // Kinds that stand side by side are told apart by their names, and their cells by the channels.
        return [{ column: columnOf(columns === 'scan' ? 'channels' : columns, cell), comparison }];
      });
      lines.push(...readVerdicts(compared), ...listComparisons(compared));
    }
  }
  return [`${lines.join('\n')}\n`];
}
