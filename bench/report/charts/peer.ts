// Our designs beside a real QEMU: the ratio to its own sender over channels, with intervals, and the line at which both are equal.
import * as Plot from '@observablehq/plot';
import type { Report } from '../model.js';
import type { DrawnPeer, PeerRatio } from '../peer.js';
import { intervalWords } from '../words.js';
import { frame, type Look, styleOf, VALUES } from './look.js';

const MEASURES = {
  cpuSecondsPerGib: { title: 'CPU seconds a GiB', better: 'lower' },
  gibPerSecond: { title: 'GiB/s', better: 'higher' },
} as const;

/** Decades would be most of an axis of ratios near 1. */
const TICKS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10];

/** One chart a QEMU and measure: of the chosen variants, and of those that the run itself does not have. */
export function peerCharts({ peer, variants: known }: Report, chosen: readonly string[]): PeerRatio[][] {
  const shown = (peer?.ratios ?? []).filter(({ variant }) => chosen.includes(variant) || !known.includes(variant));
  const keys = [...new Set(shown.map(chartOf))];
  return keys.map((key) => shown.filter((ratio) => chartOf(ratio) === key));
}

export function drawPeer(ratios: readonly PeerRatio[], look: Look) {
  const { measure, peer } = ratios[0]!;
  const counts = [...new Set(ratios.map(({ channels }) => channels))].sort((x, y) => x - y);
  const shown = [...new Set(ratios.map(({ variant }) => variant))];
  const variants = [...new Set([...look.variants, ...shown])];
  const [start, end] = [counts[0]! / 1.25, counts.at(-1)! * 1.25];
  // Side by side, so that one does not hide another.
  const place = ({ channels, variant }: PeerRatio) =>
    channels * (end / start) ** ((shown.indexOf(variant) - (shown.length - 1) / 2) * 0.015);
  const domain = [
    0.97 * Math.min(1, ...ratios.map(({ low }) => low)),
    1.03 * Math.max(1, ...ratios.map(({ high }) => high)),
  ];
  const within = (value: number) => value >= domain[0]! && value <= domain[1]!;
  const label = `${MEASURES[measure].title}, ratio to ${peer}`;
  return Plot.plot({
    ...frame(look, `${label} over channels`),
    x: { type: 'log', base: 2, domain: [start, end], ticks: counts, tickFormat: String, label: 'channels' },
    y: {
      type: 'log',
      label,
      grid: true,
      domain,
      ticks: TICKS.filter(within),
      tickFormat: (value: number) => `x${value}`,
    },
    marks: [
      Plot.ruleY([1], { stroke: 'var(--ink)', strokeDasharray: '4 3', ariaHidden: 'true' }),
      ...shown.flatMap((variant) => {
        const own = ratios.filter((ratio) => ratio.variant === variant);
        const { colour, symbol, dash } = styleOf(variant, { variants });
        return [
          Plot.line(own, { x: place, y: 'ratio', stroke: colour, strokeDasharray: dash, ariaHidden: 'true' }),
          Plot.ruleX(own, {
            ...{ x: place, y1: 'low', y2: 'high', stroke: colour, strokeWidth: 2.5, ariaHidden: 'true' },
          }),
          Plot.dot(own, {
            ...{ x: place, y: 'ratio', symbol, fill: colour, stroke: 'var(--paper)', strokeWidth: 0.75, r: 5 },
            ...{ className: VALUES, ariaLabel: ratioWords },
          }),
        ];
      }),
    ],
  });
}

/** The caption of one chart. */
export function peerWords({ origin }: DrawnPeer, ratios: readonly PeerRatio[]): string {
  const { peer, measure } = ratios[0]!;
  const { title, better } = MEASURES[measure];
  return `${title} (${better} is better), ratio to the sender of ${peer} in the same rounds, 95 % intervals; ${origin}`;
}

function ratioWords(measured: PeerRatio): string {
  const { peer, variant, channels, measure, ratio, n } = measured;
  return [
    `${variant} against ${peer}`,
    `${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    `x${ratio.toFixed(3)} (${intervalWords(measured)}) of ${MEASURES[measure].title}`,
    `${n} pairs`,
  ].join('\n');
}

function chartOf({ peer, measure }: PeerRatio): string {
  return `${measure} ${peer}`;
}
