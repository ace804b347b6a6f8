// The head of a report: what the run says, in the words that `run` prints, and what every verdict rests on.
import { showBytes } from '../plan/quantities.js';
import { STUDIED } from '../store/comparisons.js';
import type { Result } from '../store/result.js';
import { percent, readPrice, readSlope, readVerdicts } from '../views/readings.js';
import { type Html, html } from './html.js';
import type { Report, ReportComparison } from './model.js';
import { isRate, placeWords, ratioWords, unitOf, verdictWords } from './words.js';

const VERDICTS = ['faster', 'slower', 'same', 'unclear', 'too-few'] as const;

/** The comparisons that a reader came for: of the design under study, or of all where that one was not measured. */
export function asked({ comparisons }: Report): readonly ReportComparison[] {
  const studied = comparisons.filter(({ b }) => b === STUDIED);
  return studied.length > 0 ? studied : comparisons;
}

/** One sentence a pair of designs: how many comparisons came out how. */
export function headlines(report: Report): string[] {
  const compared = asked(report);
  const pairs = [...new Set(compared.map(pairOf))];
  return pairs.map((pair) => {
    const own = compared.filter((each) => pairOf(each) === pair);
    const counts = VERDICTS.flatMap((verdict) => {
      const count = own.filter((each) => each.verdict === verdict).length;
      return count === 0 ? [] : [`${verdict.toUpperCase().replace('-', ' ')} in ${count}`];
    });
    return `${pair}: ${counts.join(', ')} of ${own.length} comparisons`;
  });
}

/** Where channels were varied: the count at which each design under study does most, and from which on the intervals meet. */
export function bestCounts(report: Report): { title: string; lines: string[] }[] {
  return report.groups.flatMap(({ title }, group) => {
    const metric = report.comparisons.find((each) => each.group === group)?.metric ?? 'jobsPerSecond';
    if (!isRate(metric)) return [];
    const cells = report.cells.filter((cell) => cell.group === group && cell.metrics[metric]);
    const rows = new Set(cells.map(({ variant, pageSize }) => JSON.stringify([variant, pageSize])));
    const lines = [...rows].flatMap((row) => {
      const own = cells.filter(({ variant, pageSize }) => JSON.stringify([variant, pageSize]) === row);
      if (own.length < 2) return [];
      const ordered = own.sort((x, y) => x.channels - y.channels);
      const value = (cell: (typeof own)[number]) => cell.metrics[metric]!;
      const best = ordered.reduce((x, y) => (value(y).median > value(x).median ? y : x));
      const reach = value(best).low ?? value(best).median;
      const least = ordered.find((cell) => (value(cell).high ?? value(cell).median) >= reach)!;
      const more = least === best ? '' : `; the interval of ${least.channels} reaches it`;
      return [`${best.variant}: most at ${placeWords(best)}${more}`];
    });
    return lines.length === 0 ? [] : [{ title, lines }];
  });
}

export function renderAnswer(report: Report, { price, slopes = [] }: Result): Html {
  const costs = [...(price ? readPrice(price) : []), ...slopes.flatMap(readSlope)];
  const lines = [...headlines(report), ...costs];
  const counts = bestCounts(report);
  return html`
<ul class="answer">${(lines.length > 0 ? lines : ['Nothing was compared in this run.']).map((line) => html`<li>${line}</li>`)}</ul>
<ul>${readings(report).map(({ title, line }) => html`<li><span class="quiet">${title}.</span> ${line}</li>`)}</ul>
${details('All verdicts, and what they rest on', renderVerdicts(report))}
${
  counts.length > 0 &&
  details(
    'Which count of channels does most',
    html`${counts.map(({ title, lines: each }) => html`<p>${title}</p><ul>${each.map((line) => html`<li>${line}</li>`)}</ul>`)}`,
  )
}`;
}

/** Group by group and metric by metric, what `run` prints below its tables. */
function readings(report: Report): { title: string; line: string }[] {
  const compared = asked(report);
  return report.groups.flatMap(({ title }, group) => {
    const own = compared.filter((each) => each.group === group);
    return [...new Set(own.map(({ metric }) => metric))].flatMap((metric) => {
      const columns = own.filter((each) => each.metric === metric);
      const lines = readVerdicts(
        columns.map((each) => ({
          column: `${each.channels} ch${several(columns) ? ` ${showBytes(each.pageSize)}` : ''}`,
          comparison: each,
        })),
      );
      return lines.map((line) => ({ title: `${title}, ${unitOf(metric)}`, line }));
    });
  });
}

function several(comparisons: readonly ReportComparison[]): boolean {
  return new Set(comparisons.map(({ pageSize }) => pageSize)).size > 1;
}

/** A table for each group: every comparison that was asked for, with what it rests on. */
function renderVerdicts(report: Report): Html {
  const bodies = report.groups.map(({ title }, group) => {
    const own = asked(report).filter((each) => each.group === group);
    return own.length === 0
      ? html``
      : html`<tbody><tr><th colspan="7" scope="rowgroup">${title}</th></tr>${own.map(renderVerdict)}</tbody>`;
  });
  return html`<div class="wide"><table><thead><tr><th>designs, place, unit</th><th>ratio</th><th>95 % interval</th><th>verdict</th>
<th>processes</th><th>noise</th><th>finds</th></tr></thead>${bodies}</table></div>
<p class="quiet">~ under the noise floor; <em>finds</em>: the smallest difference that the row would have found in 80 % of
such runs. Verdicts are adjusted after Holm within a table.</p>`;
}

function renderVerdict(each: ReportComparison): Html {
  const { metric, low, high, n, noiseFloor, resolvable, verdict } = each;
  return html`<tr><td>${pairOf(each)}, ${placeWords(each)}, ${unitOf(metric)}</td><td class="number">${ratioWords(each)}</td>
<td class="number">${low.toFixed(3)} to ${high.toFixed(3)}</td><td class="verdict ${verdict}">${verdictWords(verdict)}</td>
<td class="number">${n}</td><td class="number">${percent(noiseFloor)}</td><td class="number">${percent(resolvable)}</td></tr>`;
}

function details(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

function pairOf({ a, b }: ReportComparison): string {
  return `${b} against ${a}`;
}
