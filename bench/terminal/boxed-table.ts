// A boxed table, in as many parts as it takes to fit a terminal: a row a design, its columns divided among the parts.
import Table, { type TableConstructorOptions } from 'cli-table3';
import { wrap } from './wrap.js';

/** Columns of a terminal that every table fits. */
export const WIDEST = 80;
const WIDEST_NAME = 32;

/** `rows` begin with the row's name, `head` with what that is. Parts have as many columns as each other, or one more. */
export function boxedTable(head: readonly string[], rows: readonly (readonly string[])[], aligns?: string): string {
  const columns = head.length - 1;
  for (let parts = 1; ; parts++) {
    const each = Math.ceil(columns / parts);
    const starts = Array.from({ length: Math.ceil(columns / each) }, (_, part) => 1 + part * each);
    const drawn = starts.map((start) => {
      const partOf = (row: readonly string[]) => [nameOf(row), ...row.slice(start, start + each)];
      return draw(partOf(head), rows.map(partOf), aligns);
    });
    if (each <= 1 || drawn.every((text) => text.indexOf('\n') <= WIDEST)) return drawn.join('\n');
  }
}

/** The row's name, on several lines where it would leave no room for the columns. */
function nameOf([name]: readonly string[]): string {
  return name!
    .split('\n')
    .map((line) => wrap(line, WIDEST_NAME, 2))
    .join('\n');
}

function draw(head: string[], rows: string[][], aligns?: string): string {
  const table = boxed(head, aligns);
  table.push(...rows);
  return table.toString();
}

/**
 * An empty table in the one style of all tables: rows are pushed, `toString` draws it.
 *
 * @param aligns `l` or `r` for each column, the last one for all that follow
 * @param chars lines other than those of a box
 */
export function boxed(head: readonly string[], aligns = 'lr', chars?: TableConstructorOptions['chars']) {
  const colAligns = head.map((_, at) => ((aligns[at] ?? aligns.at(-1)) === 'l' ? 'left' : 'right') as 'left' | 'right');
  return new Table({ head: [...head], style: { head: [], border: [] }, colAligns, ...(chars && { chars }) });
}
