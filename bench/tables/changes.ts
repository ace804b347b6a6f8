// Two builds, or two saved runs, compared: tables for people, records for programs.

import { processes } from '../base/quantities.js';
import type { Changes, ComparedEnd } from '../result/changes.js';
import type { BuildComparison } from '../result/compare-builds.js';
import { isChange } from '../result/compare-builds.js';
import { betterOf } from '../result/comparisons.js';
import { forMarkdown, forTerminal } from '../terminal/escape.js';
import { type Grid, gridAsMarkdown, gridAsText, type Records } from '../terminal/grid.js';
import { wrap } from '../terminal/wrap.js';
import { cellLabels, fullName } from './cell-labels.js';
import { ratioAndInterval, ratioText, timesText } from './figures.js';
import { type Format, inFormat } from './format.js';
import { type Attributes, attributesOf, type Laid, type Layout, layOut } from './projection.js';

interface Item {
  readonly attributes: Attributes;
  readonly comparison: BuildComparison;
}

const MOST_LISTED = 20;
/** Of more comparisons than this, tables have only the rows in which something changed: the rest would bury them. */
const MOST_IN_TABLES = 200;
/** Of the lines around the tables. */
const WIDTH = 80;

/** With a line end. */
export function renderChanges(changes: Changes, format: Format, layout: Layout): string {
  return inFormat(format, {
    table: () => pageOf(changes, layout, false),
    markdown: () => pageOf(changes, layout, true),
    records: () => recordsOf(changes),
  });
}

function pageOf(changes: Changes, layout: Layout, markdown: boolean): string {
  const safe = markdown ? forMarkdown : (text: string) => wrap(forTerminal(text), WIDTH, 2);
  const grid = markdown ? gridAsMarkdown : gridAsText;
  const list = (lines: readonly string[]) =>
    lines.map((line) => (markdown ? `- ${safe(line)}` : wrap(forTerminal(`  ${line}`), WIDTH, 4))).join('\n');
  const labels = cellLabels(changes.comparisons);
  const nameIn = (comparison: BuildComparison) => fullName(comparison, labels);
  const items = changes.comparisons.map(
    (comparison): Item => ({ attributes: attributesOf(comparison.cell, comparison.metric), comparison }),
  );
  const all = layOut(items, layout);
  const shown = items.length > MOST_IN_TABLES ? all.flatMap(withChanges) : all;
  const heading = `${nameOf(changes.b)} compared with ${nameOf(changes.a)}`;
  const parts = [
    markdown ? `### ${safe(heading)}` : safe(heading),
    ...machineNote(changes).map(safe),
    safe(summaryOf(changes)),
    ...listOf(
      'Changed',
      changes.comparisons.filter(isChange).map((each) => describe(each, nameIn(each))),
    ),
    ...listOf(
      'Not confirmed by the second measurement',
      changes.comparisons.filter(isUnconfirmed).map((each) => describeFirst(each, nameIn(each))),
    ),
    ...shown.map((laid) => grid(gridOf(laid))),
    ...unshownText(all, shown).map(safe),
    ...listOf(
      'Not compared',
      changes.unaligned.map(({ cell, reason }) => `${cell}: ${reason}`),
    ),
    ...listOf(
      'Files left out',
      changes.leftOut.map(({ path, reason }) => `${path}: ${reason}`),
    ),
    ...listOf('Warnings', changes.warnings),
    captionOf(changes).map(safe).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');

  function listOf(title: string, lines: readonly string[]): string[] {
    if (lines.length === 0) return [];
    const more = lines.length > MOST_LISTED ? [`.. and ${lines.length - MOST_LISTED} more`] : [];
    return [`${title}:${markdown ? '\n' : ''}\n${list([...lines.slice(0, MOST_LISTED), ...more])}`];
  }
}

/** Before all numbers: what they may be the cause of. */
function machineNote({ machineChanged = [], a }: Changes): string[] {
  if (machineChanged.length === 0) return [];
  return [
    `The machine changed here: ${machineChanged.join('; ')}. What differs below may be the machine's: ` +
      `\`against ${a.commit?.sha.slice(0, 12) ?? a.name}\` measures both builds on this one.`,
  ];
}

/** A line for a person in a hurry: how many of each verdict. */
function summaryOf({ comparisons }: Pick<Changes, 'comparisons'>): string {
  const verdicts = ['slower', 'faster', 'same', 'unclear', 'too-few'] as const;
  const counts = verdicts.map((verdict) => ({
    verdict,
    count: comparisons.filter((comparison) => comparison.verdict === verdict).length,
  }));
  const said = counts.filter(({ verdict, count }) => count > 0 || verdict === 'slower' || verdict === 'faster');
  const words = said.map(({ verdict, count }) => `${count} ${verdict.toUpperCase().replace('-', ' ')}`);
  return `${words.join(', ')}, of ${comparisons.length} comparisons`;
}

/** Its rows in which something changed; none where nothing did. */
function withChanges(laid: Laid<Item>): Laid<Item>[] {
  const rows = laid.rows.filter((row) =>
    laid.columns.some((column) => {
      const comparison = laid.at(row, column)?.comparison;
      return comparison !== undefined && (isChange(comparison) || isUnconfirmed(comparison));
    }),
  );
  return rows.length === 0 ? [] : [{ ...laid, rows }];
}

function unshownText(all: readonly Laid<Item>[], shown: readonly Laid<Item>[]): string[] {
  const rowsIn = (tables: readonly Laid<Item>[]) => tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const [total, kept] = [rowsIn(all), rowsIn(shown)];
  if (kept === total) return [];
  return [
    `${total - kept} of ${total} rows have no change and are not shown: --filter picks cells, --format csv has all`,
  ];
}

function gridOf({ title, rows, columns, at }: Laid<Item>): Grid {
  const first = rows.flatMap((row) => columns.flatMap((column) => at(row, column) ?? []))[0]!;
  const { metric } = first.comparison;
  return {
    title: `${title} (${betterOf(metric)} is better)`,
    head: ['', ...columns],
    rows: rows.map((row) => [row, ...columns.map((column) => cellText(at(row, column)?.comparison))]),
  };
}

function cellText(comparison: BuildComparison | undefined): string {
  if (!comparison) return '';
  const { verdict } = comparison;
  const word = isChange(comparison) ? verdict.toUpperCase() : verdict.replace('-', ' ');
  return `${ratioText(comparison, { digits: 3 })}\n${word}`;
}

function describe(comparison: BuildComparison, name: string): string {
  const { adjustedP, verdict, n } = comparison;
  return `${verdict.toUpperCase()} ${ratioAndInterval(comparison)}, p ${adjustedP.toPrecision(2)}, n ${n}: ${name}`;
}

function isUnconfirmed({ confirmed }: BuildComparison): boolean {
  return confirmed === false;
}

function describeFirst({ ratio, first }: BuildComparison, name: string): string {
  const { verdict, ratio: before } = first!;
  return `${verdict} ${timesText(before, 3)} at first, ${timesText(ratio, 3)} then: ${name}`;
}

function nameOf({ name, commit, run }: ComparedEnd): string {
  const sha = commit?.sha.slice(0, 12);
  const about = [sha === name ? undefined : sha, commit?.dirty ? 'dirty' : undefined, run && `run ${run}`];
  const known = about.filter((each) => each !== undefined);
  return known.length === 0 ? name : `${name} (${known.join(', ')})`;
}

function captionOf({ kind, a, b, rounds, seed, shard }: Changes): string[] {
  const machines = a.machineKey === b.machineKey ? a.machineKey : `${a.machineKey} and ${b.machineKey}`;
  const nodes = a.node === b.node ? a.node : `${a.node} and ${b.node}`;
  const how =
    kind === 'against'
      ? 'Both builds in the same rounds, turn by turn; FASTER and SLOWER are confirmed by a second measurement.'
      : 'Two runs at different times: what the machine did between them is in the ratios. `against` measures both together.';
  const part = shard ? `, shard ${shard.index} of ${shard.of}` : '';
  const seeded = seed === undefined ? '' : `, seed ${seed}`;
  return [
    `x: ratio to ${a.name}, ~: below the noise floor; ± half the 95 % interval. Verdicts: Holm over all comparisons.`,
    how,
    `${machines}, Node ${nodes}, ${processes(rounds)} each${seeded}${part}`,
  ];
}

/** One comparison a record, with every axis of its cell. */
function recordsOf({ comparisons }: Changes): Records {
  const all = comparisons.map(({ cell, metric }) => attributesOf(cell, metric));
  const axes = [...new Set(all.flatMap((attributes) => [...attributes.keys()]))];
  const numbers = [
    'ratio',
    'low',
    'high',
    'p',
    'adjustedP',
    'n',
    'noiseFloor',
    'resolvable',
    'verdict',
    'confirmed',
  ] as const;
  return {
    head: [...axes, 'a', 'b', ...numbers],
    rows: comparisons.map((comparison, at) => [
      ...axes.map((axis) => all[at]!.get(axis)),
      ...[comparison.a, comparison.b],
      ...numbers.map((name) => comparison[name]),
    ]),
  };
}
