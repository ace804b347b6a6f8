// A curve in a terminal: values over channels as braille, with both axes labelled, in the columns there are.
import { showNumber } from '../base/quantities.js';
import { BrailleCanvas } from './braille.js';

export interface CurveSeries {
  /** Ascending by channels; a low and a high are drawn as an upright bar. */
  readonly points: readonly {
    readonly channels: number;
    readonly value: number;
    readonly low?: number;
    readonly high?: number;
  }[];
  /** A model is dotted, so that it is told from what was measured. */
  readonly dotted?: boolean;
}

const ROWS = 10;
const LEAST_COLUMNS = 20;
const DOTTED = 4;
/** Counts over a wider range stand at equal distances for equal ratios. */
const LINEAR_RANGE = 12;

/** Lines of at most `columns` characters; none where there is nothing to draw. */
export function renderCurve(series: readonly CurveSeries[], unit: string, columns: number): string[] {
  const points = series.flatMap((each) => each.points);
  if (points.length < 2) return [];
  const counts = points.map(({ channels }) => channels);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const top = Math.max(...points.map(({ value, high }) => Math.max(value, high ?? value)));
  const labels = [showNumber(top), showNumber(top / 2), '0'];
  const margin = Math.max(...labels.map((label) => label.length));
  const width = Math.max(LEAST_COLUMNS, columns) - margin - 2;
  const canvas = new BrailleCanvas(width, ROWS);
  const scale = most / least > LINEAR_RANGE ? Math.log : (value: number) => value;
  const across = (channels: number) =>
    ((scale(channels) - scale(least)) / (scale(most) - scale(least) || 1)) * (canvas.width - 1);
  const up = (value: number) => (value / top) * (canvas.height - 1);
  for (const { points: own, dotted } of series) {
    own.forEach(({ channels, value, low, high }, at) => {
      const before = own[at - 1] ?? own[at]!;
      canvas.line(across(before.channels), up(before.value), across(channels), up(value), dotted ? DOTTED : 1);
      if (low !== undefined && high !== undefined) canvas.line(across(channels), up(low), across(channels), up(high));
    });
  }
  const lines = canvas.rows().map((row, at) => {
    const label = at === 0 ? labels[0]! : at === ROWS >> 1 ? labels[1]! : at === ROWS - 1 ? labels[2]! : '';
    return `${label.padStart(margin)} ${at === 0 || label !== '' ? '┤' : '│'}${row}`.trimEnd();
  });
  const ticks = tickLine(
    [...new Set(counts)].sort((x, y) => x - y),
    (channels) => Math.round(across(channels) / 2),
    width,
  );
  return [
    ...(unit === '' ? [] : [unit.slice(0, columns)]),
    ...lines,
    `${' '.repeat(margin)} └${'─'.repeat(width)}`,
    `${' '.repeat(margin + 2)}${ticks}`,
  ];
}

/** Counts of channels under the axis, as many as there is room for; the first and the last in any case. */
function tickLine(counts: readonly number[], at: (channels: number) => number, width: number): string {
  const line = new Array<string>(width).fill(' ');
  const free = (from: number, length: number) =>
    from >= 0 &&
    from + length <= line.length &&
    line.slice(Math.max(0, from - 1), from + length + 1).every((char) => char === ' ');
  const inOrder = [
    counts.at(-1)!,
    counts[0]!,
    ...counts.filter((count) => Number.isInteger(Math.log2(count))),
    ...counts,
  ];
  for (const count of new Set(inOrder)) {
    const text = String(count);
    const from = Math.min(at(count), line.length - text.length);
    if (free(from, text.length)) line.splice(from, text.length, ...text);
  }
  return line.join('').trimEnd();
}
