// The columns of a table: the axis that runs over them, and how a cell's place on it is written.
import { axes, showDose } from '../plan/axes.js';
import { showBytes } from '../plan/quantities.js';
import type { TableSpec } from '../plan/tables.js';
import { groupOf } from '../store/comparisons.js';
import type { ResultCell } from '../store/result.js';

type Axis = TableSpec['columns'];

/** The heading of the column that a cell stands in; empty for cells without a place on the axis. */
export function columnOf(axis: Axis, { channels, pageSize, load, scan, dose }: ResultCell): string {
  if (axis === 'channels') return `${channels} ch`;
  if (axis === 'pageSize') return showBytes(pageSize);
  if (axis === 'load') return String(axes.load.show(load));
  if (axis === 'scan') return String(axes.scan.show(scan));
  return dose === undefined ? '' : showDose(dose);
}

/** What the cells of one printed table share: every axis but variant and column. */
export function blockKey(axis: Axis, cell: ResultCell): string {
  const { channels, pageSize, load, scan, dose } = cell;
  const group = groupOf(cell);
  if (axis === 'metrics') return group;
  if (axis === 'load') return load === undefined ? group : group.replace(` load=${axes.load.show(load)}`, '');
  if (axis === 'scan') return scan === undefined ? group : group.replace(` scan=${scan}`, '');
  if (axis === 'channels') return group.replace(` channels=${channels}`, '');
  if (axis === 'dose') return dose === undefined ? group : group.replace(` dose=${showDose(dose)}`, '');
  // The default batch follows the page size, so over columns of page sizes it is no axis of its own.
  return group.replace(` pageSize=${showBytes(pageSize)}`, '').replace(/ pagesPerBatch=\d+/, '');
}
