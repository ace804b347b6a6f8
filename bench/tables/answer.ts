// What a run says, in the sentences of a colleague: built from its verdicts, at the top of `run` and of the report.

import { counted, processes, showNumber } from '../base/quantities.js';
import { betterOf, groupOf, STUDIED } from '../result/comparisons.js';
import type { Result, ResultComparison } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { LEAST_PROCESSES, type Verdict } from '../stats/verdict.js';
import { timesText } from './figures.js';
import { METRIC_VIEWS } from './metrics.js';
import { percent, readPrice, readSlope } from './readings.js';

const POST_MESSAGE = 'message-port';

/**
 * At most six sentences, the most important first.
 *
 * @param channels what is to be said of the number of channels, where something is
 */
export function answerOf(result: Result, channels?: string): string[] {
  const { run, price, slopes = [] } = result;
  const cut = run.complete
    ? []
    : [`This run was interrupted after ${processes(run.rounds)}: what follows rests on those.`];
  const costs = price ? readPrice(price).slice(0, 1) : slopes.flatMap((slope) => readSlope(slope).slice(0, 1));
  const judged = judgedIn(result);
  const designs = [...new Set(judged.map(({ b }) => b))];
  const verdicts = designs.slice(0, MOST_DESIGNS).map((design) =>
    pairSentence(
      design,
      judged.filter(({ b }) => b === design),
    ),
  );
  const said = [...costs, ...verdicts, ...postMessage(result, designs), ...best(result)];
  const channel = channels === undefined ? [] : [channels];
  const open = unresolved(judged);
  const alone = said.length + open.length === 0 ? [nothingCompared(result)] : [];
  return [...cut, ...said, ...alone, ...channel, ...open];
}

/** More would be a table. */
const MOST_DESIGNS = 3;

/** The comparisons that were asked for: of all designs named on the command line, else of the pair under study. */
export function judgedIn({ comparisons, run }: Pick<Result, 'comparisons' | 'run'>): readonly ResultComparison[] {
  const pair = comparisons.filter(({ b }) => b === STUDIED);
  return run.flags?.variants !== undefined || pair.length === 0 ? comparisons : pair;
}

/** `No difference between atomic-barrier and mutex was shown. Of 14 comparisons: the same within 5 % in 8; undecided in 6.` */
function pairSentence(design: string, own: readonly ResultComparison[]): string {
  const of = (verdict: Verdict) => own.filter((each) => each.verdict === verdict);
  const [faster, slower, same, unclear, few] = [of('faster'), of('slower'), of('same'), of('unclear'), of('too-few')];
  const against = own[0]!.a;
  if (few.length === own.length) {
    const n = Math.max(...few.map((each) => each.n));
    return `${design} and ${against} cannot be judged yet: ${processes(n)}, and a verdict needs ${LEAST_PROCESSES}.`;
  }
  const several = new Set(own.map(tableOf)).size > 1;
  const where = (list: readonly ResultComparison[]) =>
    several ? ` (${[...new Set(list.map(tableOf))].join(', ')})` : '';
  const counts = [
    ...some(faster, (list) => `${speedsOf(list)} in ${list.length}${where(list)}`),
    ...some(slower, (list) => `${speedsOf(list)} in ${list.length}${where(list)}`),
    ...some(same, (list) => `the same within 5 % in ${list.length}${where(list)}`),
    ...some([...unclear, ...few], (list) => `undecided in ${list.length}${where(list)}`),
  ].join('; ');
  const head =
    faster.length > 0 && slower.length > 0
      ? `Whether ${design} beats ${against} depends on the shape`
      : faster.length > 0
        ? `${design} is faster than ${against} where a difference was shown`
        : slower.length > 0
          ? `${design} is slower than ${against} where a difference was shown`
          : same.length > 0
            ? `No difference between ${design} and ${against} was shown`
            : `This run could not tell ${design} from ${against}`;
  return `${head}. Of ${counted(own.length, 'comparison')}: ${counts}.`;
}

/** The table that a comparison stands in: a cell's id begins with its name. */
function tableOf({ cell }: ResultComparison): string {
  return cell.split(' ')[0]!;
}

/** postMessage, what Node programs use, beside the design that the others are compared with. */
function postMessage({ comparisons }: Result, named: readonly string[]): string[] {
  const own = comparisons.filter(({ b, metric }) => b === POST_MESSAGE && metric === 'jobsPerSecond');
  if (own.length === 0 || named.includes(POST_MESSAGE)) return [];
  const few = own.filter(({ verdict }) => verdict === 'too-few').length;
  const n = Math.min(...own.map((each) => each.n));
  const how = few > 0 ? `${processes(n)}: too few for a verdict` : verdictsOf(own);
  return [`postMessage (${POST_MESSAGE}) hands over ${rangeOf(own)} of what ${own[0]!.a} does (${how}).`];
}

/** The design that is ahead of all others in the largest table of throughputs; or that none is. */
function best({ comparisons, cells }: Result): string[] {
  const rates = comparisons.filter(({ metric }) => metric === 'mibPerSecond' || metric === 'jobsPerSecond');
  const groups = [...new Set(rates.map(({ cell }) => cell))];
  const place = groups.findLast((group) => rates.filter(({ cell }) => cell === group).length > 1);
  if (place === undefined) return [];
  const own = rates.filter(
    ({ cell, metric }) => cell === place && metric === rates.find((each) => each.cell === place)!.metric,
  );
  const cell = cells.find((each) => groupOf(each) === place)!;
  const where = `At ${cell.channels} ${cell.channels === 1 ? 'channel' : 'channels'} over ${cell.transport}`;
  const baseline = { name: own[0]!.a, low: 1, high: 1, n: Math.max(...own.map(({ n }) => n)) };
  const all = [baseline, ...own.map(({ b, low, high, n }) => ({ name: b, low, high, n }))];
  const ahead = all.find((each) => all.every((other) => other === each || each.low > other.high));
  if (!ahead) return [`${where} no design was shown to be the fastest.`];
  const few = ahead.n < LEAST_PROCESSES ? ` by ${processes(ahead.n)}, too few for a verdict` : '';
  return [few === '' ? `${where} ${ahead.name} is the fastest.` : `${where} ${ahead.name} leads${few}.`];
}

function unresolved(judged: readonly ResultComparison[]): string[] {
  const open = judged.filter(({ verdict }) => verdict === 'unclear');
  if (open.length === 0) return [];
  const detectable = open.map(({ resolvable }) => resolvable).sort((x, y) => x - y);
  const [least, most] = [percent(detectable[0]), percent(detectable.at(-1))];
  const range = least === most ? least : `${least} to ${most}`;
  return [
    `Undecided: ${open.length} of ${judged.length}. The smallest difference that those could detect is ${range}; --rigorous or --precision 2% measures longer.`,
  ];
}

function nothingCompared({ cells }: Result): string {
  const designs = [...new Set(cells.map(({ variant }) => variant))];
  return designs.length === 1
    ? `Only ${designs[0]} was measured${levelOf(cells)}: nothing to compare it with. --variants names more designs.`
    : 'Nothing could be compared: no cell was measured of two designs.';
}

/** `, 1494 to 7628 MiB/s`: the first metric that its cells have. */
function levelOf(cells: Result['cells']): string {
  for (const metric of ['mibPerSecond', 'jobsPerSecond', 'handoffNs.p50', 'syncNs', 'totalNs'] as const) {
    const values = cells.flatMap((cell) => shownMetric(cell, metric)?.median ?? []).sort((x, y) => x - y);
    if (values.length === 0) continue;
    const { title, scale } = METRIC_VIEWS[metric];
    const [least, most] = [showNumber(values[0]! * scale), showNumber(values.at(-1)! * scale)];
    return `, ${least === most ? least : `${least} to ${most}`} ${title.replace(/ \(.*/, '')}`;
  }
  return '';
}

function verdictsOf(own: readonly ResultComparison[]): string {
  const verdicts = [...new Set(own.map(({ verdict }) => verdict))];
  return verdicts
    .map((verdict) => `${verdict.toUpperCase()} in ${own.filter((each) => each.verdict === verdict).length}`)
    .join(', ');
}

/** `x1.25 to x12 as fast`, whichever way the metrics run: above 1 is faster. */
function speedsOf(own: readonly ResultComparison[]): string {
  const asRates = own.map((each) => (betterOf(each.metric) === 'higher' ? each : { ...each, ratio: 1 / each.ratio }));
  return `${rangeOf(asRates)} as fast`;
}

/** `x0.91 to x1.04`. */
function rangeOf(own: readonly ResultComparison[]): string {
  const ratios = own.map(({ ratio }) => ratio).sort((x, y) => x - y);
  const [least, most] = [timesText(ratios[0]!), timesText(ratios.at(-1)!)];
  return least === most ? least : `${least} to ${most}`;
}

function some<T>(list: readonly T[], text: (list: readonly T[]) => string): string[] {
  return list.length === 0 ? [] : [text(list)];
}
