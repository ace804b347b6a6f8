// The heat map: every design against the baseline, coloured by how far the ratio is from 1, and with its verdict in words.
import * as Plot from '@observablehq/plot';
import { showBytes } from '../../base/quantities.js';
import type { Choice } from '../choice.js';
import type { Report, ReportComparison } from '../model.js';
import { comparisonWords, isRate, ratioWords, unitOf, verdictWords } from '../words.js';
import { frame, type Look, VALUES } from './look.js';

/** The comparisons of the chosen group: of the chosen metric, or of all that were compared where that one was not. */
export function ratioComparisons(report: Report, { group, metric, variants }: Choice): ReportComparison[] {
  const own = report.comparisons.filter((each) => each.group === group && variants.includes(each.b));
  const chosen = own.filter((each) => each.metric === metric);
  return chosen.length > 0 ? chosen : own;
}

export function drawRatios(report: Report, choice: Choice, look: Look) {
  const comparisons = ratioComparisons(report, choice);
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  const columns = [...new Set(comparisons.map(columnOf(comparisons)))];
  const rows = look.variants.filter((name) => comparisons.some(({ b }) => b === name));
  const room = look.width / Math.max(1, columns.length);
  const margin = Math.min(130, Math.max(...rows.map((name) => name.length), 4) * 7 + 14);
  return Plot.plot({
    ...frame(look, `ratios and verdicts, ${metrics.map(unitOf).join(', ')}`),
    height: 46 * rows.length + 40,
    marginLeft: margin,
    marginTop: 30,
    marginBottom: 10,
    x: { axis: 'top', label: null, domain: columns, padding: 0.04, tickSize: 0 },
    y: { label: null, domain: rows, padding: 0.06, tickSize: 0 },
    opacity: { type: 'identity' },
    marks: [
      Plot.cell(comparisons, {
        ...{ x: columnOf(comparisons), y: 'b', className: VALUES, ariaLabel: comparisonWords },
        ...{ fill: (each: ReportComparison) => (gain(each) >= 0 ? 'var(--better)' : 'var(--worse)') },
        ...{ fillOpacity: strength, stroke: 'var(--line)', strokeWidth: 0.5 },
      }),
      Plot.text(comparisons, {
        ...{
          x: columnOf(comparisons),
          y: 'b',
          fill: 'var(--ink)',
          fontSize: 12,
          pointerEvents: 'none',
          ariaHidden: 'true',
        },
        text: (each: ReportComparison) =>
          `${ratioWords(each)}\n${room < 105 ? verdictWords(each.verdict).slice(0, 2) : verdictWords(each.verdict)}`,
      }),
    ],
    color: { type: 'identity' },
  });
}

/** What differs from column to column: channels, page size, metric. */
function columnOf(comparisons: readonly ReportComparison[]) {
  const several = (of: (each: ReportComparison) => unknown) => new Set(comparisons.map(of)).size > 1;
  const [channels, pageSizes, metrics] = [
    several((each) => each.channels),
    several((each) => each.pageSize),
    several((each) => each.metric),
  ];
  return (each: ReportComparison) =>
    [
      ...(channels || !(pageSizes || metrics) ? [`${each.channels} ch`] : []),
      ...(pageSizes ? [showBytes(each.pageSize)] : []),
      ...(metrics ? [each.metric] : []),
    ].join(' ');
}

/** Positive where b is better than a. */
function gain({ ratio, metric }: ReportComparison): number {
  return Math.log2(ratio) * (isRate(metric) ? 1 : -1);
}

/** None at a ratio of 1, most from 4 on, either way: text stays readable on it. */
function strength(comparison: ReportComparison): number {
  return Math.min(1, Math.abs(gain(comparison)) / 2) * 0.6;
}
