// The head of a report: what the run says, in the words that `run` prints, and what every verdict rests on.

import { processes, showBytes } from '../base/quantities.js';
import { STUDIED } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { answerOf } from '../tables/answer.js';
import { percent, readPrice, readSlope, readVerdicts } from '../tables/readings.js';
import { channelsSentence, tunedSentences } from '../tune/sentence.js';
import type { ChannelAdvice } from './channels.js';
import { type Html, html } from './html.js';
import type { Report, ReportComparison } from './model.js';
import { intervalWords, placeWords, ratioWords, unitOf, verdictWords } from './words.js';

/** The comparisons that a reader came for: of the designs that were asked for by name, else of the pair under study. */
function asked({ comparisons, named }: Report): readonly ReportComparison[] {
  const studied = comparisons.filter(({ b }) => b === STUDIED);
  return named || studied.length === 0 ? comparisons : studied;
}

export function renderAnswer(report: Report, result: Result, advice: readonly ChannelAdvice[]): Html {
  const { price, slopes = [] } = result;
  const costs = [...(price ? readPrice(price) : []), ...slopes.flatMap(readSlope)];
  const lines = report.tables.includes('tune') ? tuned(result) : answerOf(result, channelsSentence(result));
  const named = new Set(asked(report).flatMap(({ a, b }) => [a, b]));
  const counts = advice.filter(({ variant }) => named.has(variant));
  return html`
<ul class="answer">${lines.map((line) => html`<li>${withFlags(line)}</li>`)}</ul>
${
  [...report.comparisons, ...costs].length > 0 &&
  details(
    'Verdicts, table by table',
    html`${costs.length > 0 && html`<ul>${costs.map((line) => html`<li>${line}</li>`)}</ul>`}
<ul>${readings(report).map(({ title, line }) => html`<li><span class="quiet">${title}.</span> ${line}</li>`)}</ul>`,
  )
}
${
  counts.length > 0 &&
  !report.tables.includes('tune') &&
  details(
    'How many channels, table by table',
    html`<ul>${counts.map(({ group, head }) => html`<li><span class="quiet">${report.groups[group]!.title}:</span> ${head.join('; ')}</li>`)}</ul>`,
  )
}
${report.comparisons.length > 0 && details('All verdicts, and what they rest on', renderVerdicts(report))}
${
  advice.length > 0 &&
  details(
    'How many channels, and why, design by design',
    html`${advice.map(({ group, lines }) => html`<p>${report.groups[group]!.title}</p><pre>${lines.join('\n')}</pre>`)}`,
  )
}`;
}

/** A run of `tune` was made to choose a count: its advice is the answer. */
function tuned(result: Result): readonly string[] {
  const { run } = result;
  const cut = run.complete ? [] : [`This run was interrupted after ${processes(run.rounds)}.`];
  return [
    ...cut,
    ...(tunedSentences(result) ?? ['Nothing can be said of the number of channels: too little was measured.']),
  ];
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
  return html`<div class="wide"><table><thead><tr><th>designs, place, unit</th><th>verdict</th><th>ratio</th><th>95 % interval</th>
<th>processes</th><th>noise</th><th>detects from</th></tr></thead>${bodies}</table></div>
<p class="quiet">~ below the noise floor; <em>detects from</em>: the minimum detectable effect, found in 80 % of such runs. Verdicts are adjusted after Holm within a table.</p>`;
}

function renderVerdict(each: ReportComparison): Html {
  const { metric, n, noiseFloor, resolvable, verdict } = each;
  return html`<tr><td>${pairOf(each)}, ${placeWords(each)}, ${unitOf(metric)}</td><td class="verdict ${verdict}">${verdictWords(verdict)}</td>
<td class="number">${ratioWords(each)}</td><td class="number">${intervalWords(each)}</td>
<td class="number">${n}</td><td class="number">${percent(noiseFloor, 'unknown')}</td><td class="number">${percent(resolvable)}</td></tr>`;
}

/** Flags are not to be broken at their dashes. */
function withFlags(line: string): readonly (string | Html)[] {
  return line.split(/(--[\w-]+(?: \d+%)?)/).map((part) => (part.startsWith('--') ? html`<code>${part}</code>` : part));
}

function details(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}

function pairOf({ a, b }: ReportComparison): string {
  return `${b} against ${a}`;
}
