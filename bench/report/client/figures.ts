// The figures of the page: for each what it is called, what it draws of a choice, and what it says where there is nothing.
import { curveCells, drawCurve, isOverChannels } from '../charts/curve.js';
import { drawEfficiency, EFFICIENCY_CAPTION, efficiencyCells } from '../charts/efficiency.js';
import { changeWords, drawHistory, extentWords, historyCharts } from '../charts/history.js';
import type { Look } from '../charts/look.js';
import { drawPeer, peerCharts, peerWords } from '../charts/peer.js';
import { curvedCells, drawPercentiles } from '../charts/percentiles.js';
import { drawRatios, ratioComparisons } from '../charts/ratios.js';
import { drawSlopes, slopeSets } from '../charts/slopes.js';
import { type Choice, groupWith } from '../choice.js';
import type { Report, ReportCell } from '../model.js';
import { SLOPE_TITLES } from '../slope-titles.js';
import { unitOf } from '../words.js';
import { element } from './elements.js';
import { answersToPointing } from './pointing.js';

interface Drawing {
  /** What this chart alone is about. */
  readonly caption: string;
  /** Said below it, a line each. */
  readonly notes?: readonly string[];
  draw(look: Look): Element;
}

interface Figure {
  readonly id: string;
  readonly title: string | ((report: Report, choice: Choice) => string);
  /** Where it has nothing to draw: how to get it. */
  readonly otherwise: string;
  drawings(report: Report, choice: Choice): Drawing[];
}

/** The choice, for the first group that has what a figure needs, the chosen one before all. */
function inGroup(
  report: Report,
  choice: Choice,
  has: (cell: ReportCell) => boolean,
  draw: (own: Choice, title: string) => Drawing[],
) {
  const group = groupWith(report, choice.group, has);
  return group === undefined ? [] : draw({ ...choice, group }, report.groups[group]!.title);
}

const FIGURES: readonly Figure[] = [
  {
    id: 'curve',
    title: (report, choice) => (isOverChannels(curveCells(report, choice)) ? 'By number of channels' : 'By page size'),
    otherwise: 'None of the chosen designs was measured here.',
    drawings: (report, choice) =>
      curveCells(report, choice).length === 0
        ? []
        : [
            {
              caption: `${report.groups[choice.group]!.title}: ${unitOf(choice.metric)}; bars are 95 % intervals over processes${modelsIn(report, choice)}`,
              draw: (look) => drawCurve(report, choice, look) as Element,
            },
          ],
  },
  {
    id: 'ratios',
    title: 'Ratios to the baseline',
    otherwise: 'Nothing was compared here: one design alone.',
    drawings: (report, choice) => {
      const compared = ratioComparisons(report, choice);
      if (compared.length === 0) return [];
      const metrics = [...new Set(compared.map(({ metric }) => unitOf(metric)))].join(', ');
      const caption = `${report.groups[choice.group]!.title}: ratio to ${compared[0]!.a} of ${metrics}; blue is better, orange is worse; ▲ faster, ▼ slower, = same, ? unclear, … too few processes`;
      return [{ caption, draw: (look) => drawRatios(report, choice, look) as Element }];
    },
  },
  {
    id: 'percentiles',
    title: 'Latency percentiles',
    otherwise: 'This run timed no single hand-off of the chosen designs: `run --workload hand-off` does.',
    drawings: (report, choice) =>
      inGroup(
        report,
        choice,
        ({ curves }) => curves !== undefined,
        (own, title) =>
          curvedCells(report, own).length === 0
            ? []
            : [
                {
                  caption: `${title}: all samples of all processes, as far as 10 of them lie beyond; log-odds axis`,
                  draw: (look) => drawPercentiles(report, own, look) as Element,
                },
              ],
      ),
  },
  {
    id: 'sync',
    title: 'Sync: signalling and collecting',
    otherwise: 'This run measured no syncs: `run --workload sync` does.',
    drawings: (report, choice) =>
      inGroup(
        report,
        choice,
        ({ metrics }) => metrics.signalNs !== undefined,
        (own, title) =>
          ['signalNs', 'collectNs', 'slowestDelayNs'].flatMap((metric) =>
            curveCells(report, own, metric).length === 0
              ? []
              : [
                  {
                    caption: `${title}: ${unitOf(metric)}`,
                    draw: (look: Look) => drawCurve(report, own, look, metric) as Element,
                  },
                ],
          ),
      ),
  },
  {
    id: 'efficiency',
    title: 'Time against CPU',
    otherwise: 'No CPU time was measured here.',
    drawings: (report, choice) => {
      const found = efficiencyCells(report, choice);
      const title = report.groups[choice.group]!.title;
      if (!found) return [];
      const caption = `${title}: ${EFFICIENCY_CAPTION}`;
      return [{ caption, draw: (look) => drawEfficiency(found.cells, found.metric, look) as Element }];
    },
  },
  {
    id: 'slopes',
    title: 'What a mutex costs',
    otherwise: 'This run added no extra locks: `run --dose lock=0,1,10,50` does.',
    drawings: (report, choice) =>
      slopeSets(report, choice.variants).map((slopes) => ({
        caption: `${SLOPE_TITLES[slopes[0]!.table] ?? slopes[0]!.table}, ${unitOf(slopes[0]!.metric)}: points are means over processes, the line is the mean of their fits, the band the 95 % interval of its slope`,
        draw: (look: Look) => drawSlopes(slopes, look) as Element,
      })),
  },
  {
    id: 'history',
    title: 'History',
    otherwise: 'No saved runs of this machine have these cells.',
    drawings: (report, choice) =>
      historyCharts(report, choice).map((series) => {
        const history = report.history!;
        const { group, channels, metric } = series[0]!;
        const what = `${report.groups[group]!.title}, ${channels} ch: ${unitOf(metric)}`;
        return {
          caption: `${what}; ${extentWords(history)}`,
          notes: series.flatMap((each) => each.changes.map((change) => changeWords(history.commits, each, change))),
          draw: (look: Look) => drawHistory(history, series, look) as Element,
        };
      }),
  },
  {
    id: 'peer',
    title: 'Compared with QEMU',
    otherwise: 'This machine has no saved comparison with a QEMU: `run --peer qemu` makes one.',
    drawings: (report, { variants }) =>
      peerCharts(report, variants).map((ratios) => ({
        caption: peerWords(report.peer!, ratios),
        draw: (look: Look) => drawPeer(ratios, look) as Element,
      })),
  },
];

/** In the order of the page: a run that added locks was made to see what they cost. */
export function figuresOf({ slopes }: Report): readonly Figure[] {
  const first = FIGURES.filter(({ id }) => id === 'slopes' && slopes.length > 0);
  return [...first, ...FIGURES.filter((figure) => !first.includes(figure))];
}

/** Which models are drawn behind the points. */
function modelsIn({ models }: Report, { group, pageSize, metric, variants }: Choice): string {
  const own = models.filter(
    (each) =>
      each.group === group && each.pageSize === pageSize && each.metric === metric && variants.includes(each.variant),
  );
  const has = (name: string) => own.some((each) => each.name === name);
  const said = [
    ...(has('USL') ? ['broad pale: USL'] : []),
    ...(has('closed network') ? ['narrow pale: closed network'] : []),
  ];
  return said.map((each) => `; ${each}`).join('');
}

/** One figure for a choice, as wide as there is room. */
export function renderFigure(figure: Figure, report: Report, choice: Choice, width: number): HTMLElement {
  const drawings = figure.drawings(report, choice);
  const title = typeof figure.title === 'string' ? figure.title : figure.title(report, choice);
  const heading = element('h2', { id: `${figure.id}-title` }, title);
  const section = element('section', { id: figure.id, 'aria-labelledby': `${figure.id}-title` }, heading);
  if (drawings.length === 0) section.append(element('p', { class: 'quiet' }, figure.otherwise));
  const beside = drawings.length > 1 && width >= 720 ? 2 : 1;
  const row = element('div', { class: beside === 2 ? 'beside' : '' });
  for (const { caption, notes = [], draw } of drawings) {
    const box = element('figure', {});
    const chart = draw({
      width: Math.floor(beside === 2 ? (width - 24) / 2 : width),
      scale: choice.scale,
      variants: report.variants,
    });
    box.append(chart, element('figcaption', {}, caption));
    answersToPointing(box, chart);
    if (notes.length > 0) box.append(element('ul', {}, ...notes.map((note) => element('li', {}, note))));
    row.append(box);
  }
  section.append(row);
  return section;
}
