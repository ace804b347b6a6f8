// Bars and box rows in a terminal: values side by side, and how the processes behind a value lie.
import { showNumber } from '../base/quantities.js';
import { quantile } from '../stats/quantile.js';

/** A row of a chart. */
export interface BarRow {
  readonly label: string;
  readonly value: number;
  /** Behind the number, such as an interval. */
  readonly note?: string;
}

/** A row of boxes: one value a process. */
export interface BoxRow {
  readonly label: string;
  readonly values: readonly number[];
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;
const LEAST_BAR = 8;
/** Of the columns, at most, for labels: longer ones are cut. */
const LABEL_SHARE = 0.4;

/** Bars from zero to the largest value, lines of at most `columns` characters where that is 30 or more. */
export function renderBars(rows: readonly BarRow[], columns: number): string[] {
  const most = Math.max(...rows.map(({ value }) => value));
  if (rows.length === 0 || !(most > 0)) return [];
  const label = labelWidth(rows, columns);
  const texts = rows.map(({ value, note }) => `${showNumber(value)}${note ? ` ${note}` : ''}`);
  const width = Math.max(LEAST_BAR, columns - label - 2 - Math.max(...texts.map((text) => text.length)));
  return rows.map((row, at) => {
    const eighths = Math.max(0, Math.round((row.value / most) * width * 8));
    const bar = `${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7]}`;
    return `${cut(row.label, label)} ${bar.padEnd(width)} ${texts[at]}`;
  });
}

/**
 * A box row a label, all on one scale from the smallest value to the largest: whiskers from end to end, the box from
 * quarter to quarter, the median in it. The scale stands below.
 */
export function renderBoxes(rows: readonly BoxRow[], columns: number): string[] {
  const drawn = rows.filter(({ values }) => values.length > 0);
  if (drawn.length === 0) return [];
  const all = drawn.flatMap(({ values }) => values);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const label = labelWidth(drawn, columns);
  const width = Math.max(LEAST_BAR, columns - label - 1);
  const at = (value: number) => (most === least ? 0 : Math.round(((value - least) / (most - least)) * (width - 1)));
  const lines = drawn.map((row) => {
    const line = new Array<string>(width).fill(' ');
    const ends = [0, 0.25, 0.5, 0.75, 1].map((share) => at(quantile(row.values, share)));
    const [low, first, middle, third, high] = ends as [number, number, number, number, number];
    line.fill('─', low, high + 1).fill('▒', first, third + 1);
    if (low < first) line[low] = '├';
    if (high > third) line[high] = '┤';
    line[middle] = '┃';
    return `${cut(row.label, label)} ${line.join('').trimEnd()}`;
  });
  const [left, right] = [showNumber(least), showNumber(most)];
  return [...lines, `${' '.repeat(label)} ${left}${right.padStart(Math.max(right.length + 1, width - left.length))}`];
}

function labelWidth(rows: readonly { readonly label: string }[], columns: number): number {
  return Math.min(Math.max(...rows.map(({ label }) => label.length)), Math.max(6, Math.floor(columns * LABEL_SHARE)));
}

function cut(label: string, width: number): string {
  return label.length > width ? `${label.slice(0, width - 1)}…` : label.padEnd(width);
}
