// What a reader has chosen to see: kept possible whatever the data are, and written into the address, so that it can be shared.
import { METRIC_VIEWS } from '../tables/metrics.js';
import type { Report, ReportCell } from './model.js';

export const SCALES = ['auto', 'linear', 'log'] as const;
export const THEMES = ['auto', 'light', 'dark'] as const;
export const PARTS = { handoffNs: 'round trip', takenNs: 'pickup', freedNs: 'return' } as const;

export interface Choice {
  readonly group: number;
  readonly pageSize: number;
  readonly metric: string;
  readonly part: keyof typeof PARTS;
  readonly variants: readonly string[];
  readonly scale: (typeof SCALES)[number];
  readonly theme: (typeof THEMES)[number];
}

/** What can be chosen once a group is. */
export interface Offer {
  readonly pageSizes: readonly number[];
  readonly metrics: readonly string[];
}

export function offerOf({ cells }: Report, group: number): Offer {
  const own = cells.filter((cell) => cell.group === group);
  const pageSizes = [...new Set(own.map(({ pageSize }) => pageSize))].sort((x, y) => x - y);
  return { pageSizes, metrics: Object.keys(METRIC_VIEWS).filter((name) => own.some(({ metrics }) => name in metrics)) };
}

/** The nearest possible choice to the one that is wanted. */
export function settle(report: Report, wanted: Partial<Choice>): Choice {
  const group = wanted.group !== undefined && report.groups[wanted.group] ? wanted.group : 0;
  const { pageSizes, metrics } = offerOf(report, group);
  const compared = report.comparisons.find((each) => each.group === group)?.metric;
  const oneOf = <T>(list: readonly T[], value: T | undefined, otherwise: T) =>
    value !== undefined && list.includes(value) ? value : otherwise;
  return {
    group,
    pageSize: oneOf(pageSizes, wanted.pageSize, pageSizes[0] ?? 0),
    metric: oneOf(metrics, wanted.metric, oneOf(metrics, compared, metrics[0] ?? '')),
    part: oneOf(Object.keys(PARTS) as (keyof typeof PARTS)[], wanted.part, 'handoffNs'),
    variants: report.variants.filter((name) => wanted.variants?.includes(name) ?? true),
    scale: oneOf(SCALES, wanted.scale, 'auto'),
    theme: oneOf(THEMES, wanted.theme, 'auto'),
  };
}

/** As the part of an address behind `#`; variants by their numbers, as names may be anything. */
export function writeChoice(choice: Choice, { variants }: Report): string {
  const { group, pageSize, metric, part, scale, theme } = choice;
  const shown = choice.variants.map((name) => variants.indexOf(name)).join('.');
  const all = choice.variants.length === variants.length ? {} : { variants: shown };
  return new URLSearchParams({
    group: String(group),
    page: String(pageSize),
    metric,
    part,
    ...all,
    scale,
    theme,
  }).toString();
}

/** What `writeChoice` wrote, as far as it can be read; `settle` makes it whole. */
export function readChoice(text: string, { variants }: Report): Partial<Choice> {
  const said = new URLSearchParams(text);
  const number = (name: string) =>
    said.has(name) ? { [name === 'page' ? 'pageSize' : name]: Number(said.get(name)) } : {};
  const word = (name: string) => (said.has(name) ? { [name]: said.get(name)! } : {});
  const shown = said
    .get('variants')
    ?.split('.')
    .flatMap((index) => (index === '' ? [] : (variants[Number(index)] ?? [])));
  return {
    ...number('group'),
    ...number('page'),
    ...word('metric'),
    ...word('part'),
    ...word('scale'),
    ...word('theme'),
    ...(shown ? { variants: shown } : {}),
  };
}

/** The cells of the choice: one group, the chosen variants, measured. */
export function chosenCells({ cells }: Report, { group, variants }: Pick<Choice, 'group' | 'variants'>): ReportCell[] {
  return cells.filter((cell) => cell.group === group && cell.status === 'measured' && variants.includes(cell.variant));
}

/** The chosen group where it has what a figure draws, else the first group that has. */
export function groupWith(report: Report, chosen: number, has: (cell: ReportCell) => boolean): number | undefined {
  const groups = [chosen, ...report.groups.keys()];
  return groups.find((group) => report.cells.some((cell) => cell.group === group && has(cell)));
}
