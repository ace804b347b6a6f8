// The columns of a table: the axis that runs over them, and how a cell's place on it is written.

import { AXES } from '../plan/axes.js';
import { shownAxis } from '../plan/axis-fields.js';
import type { TableSpec } from '../plan/tables.js';
import { groupOf, withoutAxis } from '../result/comparisons.js';
import type { ResultCell } from '../result/document.js';

type Axis = TableSpec['columns'];

/** The heading of the column that a cell stands in; empty for cells without a place on the axis. */
export function columnOf(axis: Axis, cell: ResultCell): string {
  if (axis === 'metrics') return '';
  const shown = String(shownAxis(AXES.find(({ key }) => key === axis)!, cell));
  return headingOf(axis, shown);
}

/** A value of an axis, as a column is headed. */
export function headingOf(axis: string, shown: string): string {
  return AXES.find(({ key }) => key === axis)?.column?.heading?.(shown) ?? shown;
}

/** What the cells of one printed table share: every axis but variant and column. */
export function blockKey(axis: Axis, cell: ResultCell): string {
  const group = withoutAxis(groupOf(cell), axis);
  // The default batch follows the page size, so over columns of page sizes it is no axis of its own.
  return axis === 'pageSize' ? withoutAxis(group, 'pagesPerBatch') : group;
}
