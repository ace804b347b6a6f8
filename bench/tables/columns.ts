// The columns of a table: the axis that runs over them, and how a cell's place on it is written.

import { axes, showDose } from '../plan/axes.js';
import type { TableSpec } from '../plan/tables.js';
import { withoutAxis } from '../result/compare-ablations.js';
import { groupOf } from '../result/comparisons.js';
import type { ResultCell } from '../result/document.js';

type Axis = TableSpec['columns'];

/** What stands before a number that would not say what it is of. */
const NAMES: Readonly<Partial<Record<Axis, string>>> = { depth: 'depth ', publishEvery: 'by ' };

/** The heading of the column that a cell stands in; empty for cells without a place on the axis. */
export function columnOf(axis: Axis, cell: ResultCell): string {
  if (axis === 'channels') return `${cell.channels} ch`;
  if (axis === 'dose') return cell.dose === undefined ? '' : showDose(cell.dose);
  if (axis === 'metrics') return '';
  return `${NAMES[axis] ?? ''}${(axes[axis].show as (value: unknown) => string | number)(cell[axis])}`;
}

/** What the cells of one printed table share: every axis but variant and column. */
export function blockKey(axis: Axis, cell: ResultCell): string {
  const group = withoutAxis(groupOf(cell), axis);
  // The default batch follows the page size, so over columns of page sizes it is no axis of its own.
  return axis === 'pageSize' ? withoutAxis(group, 'pagesPerBatch') : group;
}
