// How charts look, whatever they show: colours that survive colour blindness, each with a shape and a dash of its own.
import type * as Plot from '@observablehq/plot';

export interface Look {
  /** CSS pixels. */
  readonly width: number;
  readonly scale: 'auto' | 'linear' | 'log';
  /** All variants of the report, so that one keeps its colour when others are hidden. */
  readonly variants: readonly string[];
  /** The DOM to draw in; the browser's own when it is not given. */
  readonly document?: unknown;
}

/** Okabe and Ito's, as CSS variables that light and dark give values: the page and the SVG files define them. */
const COLOURS = 8;
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'wye', 'cross', 'hexagon'] as const;
const DASHES = ['none', '6 2', '2 2', '8 2 2 2', '4 4', '1 3', '10 3', '6 2 1 2 1 2'] as const;

export interface SeriesStyle {
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly dash: (typeof DASHES)[number];
}

export function styleOf(variant: string, { variants }: Pick<Look, 'variants'>): SeriesStyle {
  const index = placeOf(variant, variants);
  // Past eight, colours return with other shapes.
  const shifted = (index + Math.floor(index / COLOURS)) % COLOURS;
  return { colour: `var(--series-${index % COLOURS})`, symbol: SYMBOLS[shifted]!, dash: DASHES[shifted]! };
}

/** The pair under study and postMessage look the same in every chart of every run; the others follow as they come. */
const FIXED = ['mutex', 'atomic-barrier', 'message-port'];

function placeOf(variant: string, variants: readonly string[]): number {
  const fixed = FIXED.indexOf(variant);
  if (fixed >= 0) return fixed;
  const others = variants.filter((name) => !FIXED.includes(name));
  // What none of the fixed ones takes here is free for others.
  const free = FIXED.flatMap((name, at) => (variants.includes(name) ? [] : [at]));
  const at = Math.max(0, others.indexOf(variant));
  const rest = COLOURS - FIXED.length;
  return at < rest ? FIXED.length + at : (free[at - rest] ?? FIXED.length + at - free.length);
}

/** Whether values span so much that equal steps should be equal ratios. */
export function isLog(scale: Look['scale'], values: readonly number[]): boolean {
  const positive = values.filter((value) => value > 0);
  if (scale !== 'auto') return scale === 'log' && positive.length > 0;
  return positive.length > 0 && Math.max(...positive) > 8 * Math.min(...positive);
}

/** The y axis of values that are shown times `factor`. */
export function valueAxis(label: string, values: readonly number[], look: Pick<Look, 'scale'>): Plot.ScaleOptions {
  const log = isLog(look.scale, values);
  const shared = { label, grid: true, nice: true, tickFormat: compact };
  return log ? { ...shared, type: 'log', ticks: 6 } : { ...shared, type: 'linear', zero: true };
}

/** 1000 as 1k, 2.5e6 as 2.5M, 0.05 as 0.05: short enough for an axis. */
function compact(value: number): string {
  const size = Math.abs(value);
  for (const [unit, from] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e4],
  ] as const) {
    if (size >= from) return `${Number((value / (unit === 'k' ? 1e3 : from)).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** What all charts share. */
export function frame({ width, document }: Look, ariaLabel: string): Plot.PlotOptions {
  return {
    width,
    height: Math.round(Math.min(380, Math.max(240, width * 0.5))),
    marginLeft: 52,
    marginRight: 16,
    marginBottom: 38,
    ariaLabel,
    style: { fontSize: '12px', overflow: 'visible' } as never,
    ...(document ? { document: document as never } : {}),
  };
}

/** Points that can be pointed at or stepped through: the page finds them by this class and says their label. */
export const VALUES = 'values';
