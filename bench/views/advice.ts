// The answer of `tune` as text: the answer first, then why, then the counts that were measured.
import Table from 'cli-table3';
import { showBytes, showNanoseconds, showNumber } from '../plan/quantities.js';
import { BINDINGS, type Binding } from '../stats/bounds.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import type { Advice, CurvePoint, Gain, Spread } from '../tune/advice.js';
import { showArm } from '../tune/space.js';
import { renderCurve } from './curve.js';

/** Below this the table of counts has columns left out. */
const WIDE = 72;
/** .. and below this the prediction of the closed network. */
const WIDEST = 92;
const NARROW_INDENT = 4;
const NAMES: Readonly<Record<Binding, string>> = {
  provider: "the provider's time for a batch",
  senders: "the senders' time for their batches",
  wake: 'wake-ups, with so few batches in flight',
  link: 'the link',
  cores: 'the CPUs',
};
const APART =
  'Losses are side by side, within processes; the values before them are of the processes each count was in.';
const QEMU_DEFAULT = 2;
const CURVE_TITLE = 'thousand batches/s over channels; the USL dotted';
/** Measured so far below its lowest bound, nothing that is known binds. */
const NEAR_BOUND = 0.7;

export function renderAdvice(advice: Advice, columns: number): string {
  const head = headOf(advice).flatMap((line) => wrap(line, columns, ''));
  const facts = factsOf(advice, columns);
  return [...head, '', ...facts, '', ...countsTable(advice, columns), ...curveOf(advice, columns)].join('\n');
}

const MODELS: readonly (readonly [string, (point: CurvePoint) => number | undefined])[] = [
  ['bound', ({ bound }) => bound],
  ['predicted', ({ predicted }) => predicted],
  ['USL', ({ usl }) => usl],
];

/** The first lines: what to do. */
export function headOf(advice: Advice): string[] {
  const { channels, equalSet, undecided, range } = advice;
  const lines = [`use ${many(channels)}, ${showArm(advice)}`];
  const percent = (LEAST_DIFFERENCE * 100).toFixed(0);
  lines.push(
    `the fewest that are shown to lose no more than ${percent} %; so do ${equalSet.length > 1 ? `${equalSet.join(', ')}` : 'no others'} of those measured`,
  );
  const fewer = undecided.filter((count) => count < channels);
  if (fewer.length > 0)
    lines.push(
      `not told: whether ${fewer.join(', ')} would do as well${advice.ended === 'budget' ? ' (the budget ended first)' : ''}`,
    );
  if (channels === range.most)
    lines.push(`${channels} is the most that was measured: more may be better, which nothing here says`);
  return lines;
}

function factsOf(advice: Advice, columns: number): string[] {
  const { throughput, gains, memoryBytes, equalArms, limit, usl } = advice;
  const { jobsPerSecond, mibPerSecond, cpuNsPerJob, latency } = throughput;
  const rate = mibPerSecond && mibPerSecond.median > 0 ? `${withSpread(mibPerSecond, 1)} MiB/s, ` : '';
  const facts: [string, string][] = [
    ['throughput', `${rate}${withSpread(jobsPerSecond, 1e-3)} thousand batches/s, ${jobsPerSecond.rounds} processes`],
    ...gains.map((gain): [string, string] => [`over ${many(gain.over)}`, gainText(gain)]),
  ];
  if (cpuNsPerJob) facts.push(['CPU', `${withSpread(cpuNsPerJob, 1e-3)} us a batch${cpuAgainst(advice)}`]);
  if (memoryBytes !== undefined)
    facts.push([
      'memory',
      `${showBytes(2 ** 20 * Math.ceil(memoryBytes / 2 ** 20)).replace('m', ' MiB')} for threads and shared words, beside the RAM`,
    ]);
  if (limit && latency?.p99Ns !== undefined) {
    const load = `${(limit.load * 100).toFixed(0)} % load`;
    facts.push(['p99', `${time(latency.p99Ns)} at ${load}, limit ${showNanoseconds(limit.p99Ns)}`]);
  }
  for (const arm of equalArms) facts.push(['as good', `${showArm(arm)}: ${arm.equalSet.join(', ')} channels`]);
  facts.push(...predictionOf(advice));
  facts.push(['USL', uslText(usl)]);
  facts.push([
    'measured',
    `${advice.range.measured.length} counts from ${advice.range.least} to ${advice.range.most}, ${advice.rounds} processes${endText(advice)}`,
  ]);
  const width = Math.max(...facts.map(([name]) => name.length));
  const indent = ' '.repeat(columns >= WIDE ? width + 4 : NARROW_INDENT);
  return facts.flatMap(([name, text]) =>
    wrap(`  ${name.padEnd(columns >= WIDE ? width : 0)}  ${text}`, columns, indent),
  );
}

/** Breaks a line between words; what follows is indented. A word longer than the line stays whole. */
function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = [];
  let line = text;
  while (line.length > columns) {
    const at = line.lastIndexOf(' ', columns);
    if (line.slice(0, Math.max(0, at)).trim() === '') break;
    lines.push(line.slice(0, at));
    line = `${indent}${line.slice(at + 1)}`;
  }
  return [...lines, line];
}

function predictionOf({
  binds,
  costs,
  predictedChannels,
  unpredicted,
  channels,
  throughput,
}: Advice): [string, string][] {
  if (!binds || !costs) return [['binds', `not known: ${unpredicted}`]];
  const near = binds.reached >= NEAR_BOUND;
  // CPU time counts warm-ups too: a bound made of it may be passed by a little.
  const share =
    binds.reached >= 1 ? 'that bound is reached' : `${(binds.reached * 100).toFixed(0)} % of that bound reached`;
  const what = near
    ? `${NAMES[binds.binding]} (${share})`
    : `nothing that is modelled: the lowest bound is ${NAMES[binds.binding]}, ${share}`;
  const bounds = BINDINGS.flatMap((name) =>
    binds.bounds[name] === undefined ? [] : [`${name} ${showNumber(binds.bounds[name] / 1e3)}`],
  );
  const each = `P ${time(costs.providerNs)}, S ${time(costs.senderNs)}, W ${time(costs.wakeNs)}`;
  const predicted =
    throughput.predicted === undefined
      ? ''
      : `; predicted ${showNumber(throughput.predicted / 1e3)}, measured ${showNumber(throughput.jobsPerSecond.median / 1e3)} thousand batches/s`;
  return [
    ['binds', what],
    ['bounds', `${bounds.join(', ')} thousand batches/s, from ${each}`],
    ['predicted', `${predictedChannels} from the bounds, ${channels} from the measurement${predicted}`],
  ];
}

export function uslText({ contention, coherency, peak, peakLow, peakHigh, refused }: Advice['usl']): string {
  if (!Number.isFinite(contention)) return refused!;
  const coefficients = `contention ${short(contention)}, coherency ${short(coherency)}`;
  if (peak === null) return `${coefficients}; ${refused}`;
  return `${coefficients}, peak at ${showNumber(peak)} (${showNumber(peakLow!)} to ${showNumber(peakHigh!)}) channels`;
}

function countsTable({ curve, channels, limit }: Advice, columns: number): string[] {
  const wide = columns >= WIDE;
  const models = columns >= WIDEST ? MODELS : MODELS.filter(([name]) => name !== 'predicted');
  const head = [
    'ch',
    wide ? 'k batches/s' : 'k/s',
    wide ? 'loses to the best' : 'loses',
    ...(limit ? ['p99'] : []),
    ...(wide ? models.map(([name]) => name) : []),
    '',
  ];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((name) => (name === '' ? 'left' : 'right')),
    chars: PLAIN,
  });
  for (const point of curve) {
    const own = [
      `${point.channels}${point.oversubscribed ? '*' : ''}`,
      withSpread(point.jobsPerSecond, 1e-3),
      lossText(point, wide),
    ];
    const predictions = models
      .map(([, of]) => of(point))
      .map((value) => (value === undefined ? '' : showNumber(value / 1e3)));
    const latency = point.latency?.p99Ns === undefined ? (point.latency?.reason ?? '') : time(point.latency.p99Ns);
    table.push([
      ...own,
      ...(limit ? [latency] : []),
      ...(wide ? predictions : []),
      point.channels === channels ? '<- use' : MARKS[point.standing],
    ]);
  }
  const note = curve.some(({ oversubscribed }) => oversubscribed)
    ? ['* more threads than CPUs: the scheduler is measured too']
    : [];
  return [
    ...table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd()),
    ...[...note, APART].flatMap((line) => wrap(line, columns, '')),
  ];
}

const MARKS: Readonly<Record<CurvePoint['standing'], string>> = {
  equal: 'equal',
  undecided: '?',
  worse: '',
  'breaks-limit': 'too slow',
};
// biome-ignore format: a table
const PLAIN = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ',
};

function curveOf({ curve }: Advice, columns: number): string[] {
  const measured = curve.map(({ channels, jobsPerSecond: { median, low, high } }) => ({
    channels,
    value: median / 1e3,
    low: low / 1e3,
    high: high / 1e3,
  }));
  const model = curve.flatMap(({ channels, usl }) => (usl === undefined ? [] : [{ channels, value: usl / 1e3 }]));
  const lines = renderCurve([{ points: measured }, { points: model, dotted: true }], CURVE_TITLE, columns);
  return lines.length === 0 ? [] : ['', ...lines];
}

function lossText({ loss, standing }: CurvePoint, wide: boolean): string {
  if (!loss || standing === 'breaks-limit') return '-';
  const percent = (value: number) => (value * 100).toFixed(1);
  const interval = wide && Number.isFinite(loss.low) ? ` (${percent(loss.low)} to ${percent(loss.high)})` : '';
  return `${percent(loss.loss)} %${interval}`;
}

function cpuAgainst({ curve, throughput }: Advice): string {
  const other = curve.find(({ channels }) => channels === QEMU_DEFAULT)?.cpuNsPerJob;
  if (!other || throughput.channels === QEMU_DEFAULT) return '';
  return `, x${(throughput.cpuNsPerJob!.median / other.median).toFixed(2)} of that with ${QEMU_DEFAULT} channels`;
}

function endText({ ended }: Advice): string {
  if (ended === 'budget') return ', stopped by the budget';
  if (ended === 'interrupted') return ', interrupted';
  return ended === 'rounds' ? ', the most that it takes' : '';
}

function gainText({ ratio, low, high, over, n }: Gain): string {
  const what = over === QEMU_DEFAULT ? ", QEMU's default" : '';
  return `x${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})${what}, ${n} processes`;
}

function withSpread({ median, low, high }: Spread, scale: number): string {
  const half = (high - low) / 2 / median;
  return `${showNumber(median * scale)}${half > 0 ? ` ±${(half * 100).toFixed(0)}%` : ''}`;
}

function time(ns: number): string {
  return ns >= 1e6 ? `${showNumber(ns / 1e6)} ms` : `${showNumber(ns / 1e3)} us`;
}

function many(count: number): string {
  return count === 1 ? '1 channel' : `${count} channels`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
