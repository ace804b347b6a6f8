// The charts as SVG files, for a README: drawn by the same code as the page's, in a DOM without a browser.
import { DOMParser } from 'linkedom';
import { wrap } from '../terminal/wrap.js';
import { curveCells, drawCurve } from './charts/curve.js';
import { drawEfficiency, EFFICIENCY_CAPTION, efficiencyCells } from './charts/efficiency.js';
import { changeWords, drawHistory, extentWords, historyCharts } from './charts/history.js';
import { drawLegend } from './charts/legend.js';
import type { Look } from './charts/look.js';
import { svgPalette } from './charts/palette.js';
import { drawPeer, peerCharts, peerWords } from './charts/peer.js';
import { curvedCells, drawPercentiles } from './charts/percentiles.js';
import { drawRatios, ratioComparisons } from './charts/ratios.js';
import { drawSlopes, slopeSets } from './charts/slopes.js';
import { type Choice, settle } from './choice.js';
import type { Report } from './model.js';
import { unitOf } from './words.js';

export interface SvgFile {
  /** Without its ending. */
  readonly name: string;
  readonly svg: string;
}

const WIDTH = 820;
const MARGIN = 16;

/** What the page shows of each group, a chart a file; then each fit of slopes, and each comparison with a QEMU. */
export function renderCharts(report: Report): SvgFile[] {
  const files = report.groups.flatMap(({ title, axes }, group) => {
    const choice = settle(report, { group });
    const name = fileName(report, group);
    const drawn: SvgFile[] = [];
    const add = (suffix: string, caption: string, shown: readonly string[], draw: (look: Look) => unknown) =>
      drawn.push({ name: `${name}${suffix}`, svg: alone(report, title, [`${caption}; ${axes}`], shown, draw) });
    const curve = curveCells(report, choice);
    if (new Set(curve.map(({ channels, pageSize }) => `${channels} ${pageSize}`)).size > 1) {
      add('', unitOf(choice.metric), named(report, choice, curve), (look) => drawCurve(report, choice, look));
    }
    if (ratioComparisons(report, choice).length > 0) {
      const baseline = ratioComparisons(report, choice)[0]!.a;
      add('-ratios', `ratio to ${baseline}; blue is better, orange is worse`, [], (look) =>
        drawRatios(report, choice, look),
      );
    }
    const curved = curvedCells(report, choice);
    if (curved.length > 0) {
      add('-percentiles', 'latency percentiles', named(report, choice, curved), (look) =>
        drawPercentiles(report, choice, look),
      );
    }
    const efficiency = efficiencyCells(report, choice);
    if (efficiency) {
      const { cells, metric } = efficiency;
      add('-efficiency', EFFICIENCY_CAPTION, named(report, choice, cells), (look) =>
        drawEfficiency(cells, metric, look),
      );
    }
    for (const series of historyCharts(report, choice)) {
      const history = report.history!;
      const { channels, metric } = series[0]!;
      const caption = [
        `${channels} ch: ${unitOf(metric)}; ${extentWords(history)}; ${axes}`,
        ...series.flatMap((each) => each.changes.map((change) => changeWords(history.commits, each, change))),
      ];
      const draw = (look: Look) => drawHistory(history, series, look);
      drawn.push({
        name: `${name}-history-${channels}ch`,
        svg: alone(report, title, caption, named(report, choice, series), draw),
      });
    }
    return drawn;
  });
  const slopes = slopeSets(report, report.variants).map((set): SvgFile => {
    const { table, metric, kind } = set[0]!;
    const shown = report.variants.filter((name) => set.some(({ variant }) => variant === name));
    const caption = `by dose of ${kind}; the band is the 95 % interval of the slope`;
    const draw = (look: Look) => drawSlopes(set, look);
    return {
      name: `${slug(table)}-${slug(metric)}`,
      svg: alone(report, `${table}: ${unitOf(metric)}`, [caption], shown, draw),
    };
  });
  const peers = peerCharts(report, report.variants).map((ratios): SvgFile => {
    const { peer, measure } = ratios[0]!;
    const shown = [...new Set(ratios.map(({ variant }) => variant))];
    return {
      name: `${slug(peer)}-${slug(measure)}`,
      svg: alone(report, 'Compared with QEMU', [peerWords(report.peer!, ratios)], shown, (look) =>
        drawPeer(ratios, look),
      ),
    };
  });
  return [...files, ...slopes, ...peers];
}

function named(report: Report, choice: Choice, cells: readonly { readonly variant: string }[]): string[] {
  return report.variants.filter(
    (name) => choice.variants.includes(name) && cells.some(({ variant }) => variant === name),
  );
}

/** Groups of one table are numbered; names keep to letters that every file system takes. */
function fileName({ groups, tables }: Report, group: number): string {
  const table = slug(tables[group]!);
  const before = tables.slice(0, group).filter((other) => other === tables[group]).length;
  return groups.length > 0 && tables.filter((other) => other === tables[group]).length > 1
    ? `${table}-${before + 1}`
    : table;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** A chart with its title, its legend and its colours, in a file of its own. */
function alone(
  report: Report,
  title: string,
  caption: readonly string[],
  shown: readonly string[],
  draw: (look: Look) => unknown,
): string {
  const document = new DOMParser().parseFromString(
    '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    'image/svg+xml',
    null,
  );
  const look: Look = { width: WIDTH - 2 * MARGIN, scale: 'auto', variants: report.variants, document };
  const root = document.documentElement!;
  const make = (name: string, attributes: Readonly<Record<string, string | number>>, text = '') => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name, null);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    if (text !== '') made.textContent = text;
    root.append(made);
    return made;
  };
  make('title', {}, title);
  make('style', {}, svgPalette());
  make('rect', { width: '100%', height: '100%', fill: 'var(--paper)' });
  make('text', { x: MARGIN, y: 26, 'font-size': 16, 'font-weight': 600 }, title);
  const [first, ...rest] = caption.flatMap((line) => wrap(line, 118).split('\n'));
  make('text', { x: MARGIN, y: 45, 'font-size': 12, fill: 'var(--quiet)' }, first);
  for (const [index, line] of rest.entries()) {
    make('text', { x: MARGIN, y: 61 + 16 * index, 'font-size': 12, fill: 'var(--quiet)' }, line);
  }
  const below = 56 + 16 * rest.length;
  const top = shown.length > 0 ? drawLegend(root as never, shown, look, MARGIN, below) + 6 : below;
  const chart = draw(look) as { setAttribute(name: string, value: string): void; getAttribute(name: string): string };
  chart.setAttribute('x', String(MARGIN));
  chart.setAttribute('y', String(top));
  root.append(chart as never);
  const height = top + Number(chart.getAttribute('height')) + MARGIN;
  const attributes = {
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    fill: 'var(--ink)',
    color: 'var(--ink)',
  };
  for (const [key, value] of Object.entries({
    ...attributes,
    'font-family': 'system-ui, sans-serif',
    'font-size': 13,
    role: 'img',
  })) {
    root.setAttribute(key, String(value));
  }
  return `${root.toString()}\n`;
}
