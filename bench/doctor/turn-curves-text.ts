// Curves of turn lengths as a table, and as a picture for the docs.
import { boxed } from '../terminal/boxed-table.js';
import { TURN_LENGTHS, type TurnCurve } from './turn-curves.js';

/** Percent of a ratio, by cell and length; the smallest of a row is marked. */
export function renderTurnCurves(curves: readonly TurnCurve[]): string {
  const table = boxed(['cell', ...TURN_LENGTHS.map((turnMs) => `${turnMs} ms`)]);
  for (const curve of curves) {
    const least = Math.min(...curve.errors.map(({ error }) => error));
    const texts = TURN_LENGTHS.map((length) => {
      const found = curve.errors.find(({ turnMs }) => turnMs === length);
      return found ? `${(found.error * 100).toFixed(2)}${found.error === least ? '*' : ''}` : '-';
    });
    table.push([nameOf(curve), ...texts]);
  }
  const note =
    'Standard error of a ratio after one second in one process, in percent, by the length of a turn; * the smallest.';
  return `${table.toString()}\n${note}`;
}

const WIDTH = 760;
const HEIGHT = 380;
const MARGIN = { left: 60, right: 190, top: 20, bottom: 45 };
const COLOURS = ['#1b6ca8', '#c8553d', '#2a9d4a', '#8e5bb5', '#b8860b', '#3aa6a6', '#d1495b', '#666666'];
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** Both axes logarithmic. */
export function drawTurnCurves(curves: readonly TurnCurve[]): string {
  const all = curves.flatMap(({ errors }) => errors.map(({ error }) => error * 100));
  const [low, high] = [Math.min(...all) / 1.2, Math.max(...all) * 1.2];
  const [first, last] = [TURN_LENGTHS[0], TURN_LENGTHS.at(-1)!];
  const across = (turnMs: number) =>
    MARGIN.left + (Math.log(turnMs / first) / Math.log(last / first)) * (WIDTH - MARGIN.left - MARGIN.right);
  const up = (percent: number) =>
    HEIGHT - MARGIN.bottom - (Math.log(percent / low) / Math.log(high / low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const point = (turnMs: number, error: number) => `${across(turnMs).toFixed(1)},${up(error * 100).toFixed(1)}`;
  const ticks = TICKS.filter((tick) => tick >= low && tick <= high);
  const right = WIDTH - MARGIN.right;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>Standard error of a ratio after one second, by the length of a turn</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${right}" y1="${up(tick).toFixed(1)}" y2="${up(tick).toFixed(1)}" stroke="#dddddd"/>` +
        `<text x="${MARGIN.left - 8}" y="${(up(tick) + 4).toFixed(1)}" text-anchor="end">${tick} %</text>`,
    ),
    ...TURN_LENGTHS.map(
      (turnMs) =>
        `<text x="${across(turnMs).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${turnMs}</text>`,
    ),
    `<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">length of a turn, ms</text>`,
    ...curves.flatMap((curve, at) => {
      const colour = COLOURS[at % COLOURS.length]!;
      const dash = at >= COLOURS.length ? ' stroke-dasharray="5 3"' : '';
      const line = curve.errors.map(({ turnMs, error }) => point(turnMs, error)).join(' ');
      const y = MARGIN.top + 10 + at * 20;
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${line}"/>`,
        `<line x1="${right + 12}" x2="${right + 36}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"${dash}/>`,
        `<text x="${right + 42}" y="${y + 4}">${nameOf(curve)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

function nameOf({ table, channels, pageSize }: TurnCurve): string {
  return `${table}, ${channels} ch${table === 'page-size' ? `, ${pageSize >> 10}k` : ''}`;
}
