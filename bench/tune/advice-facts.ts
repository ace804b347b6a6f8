// Why `tune` says what it says, a line a fact: throughput, gains, cost, what binds, what was predicted.
import { processes, showBytes, showNanoseconds, showNumber } from '../base/quantities.js';
import { BINDINGS, type Binding } from '../stats/bounds.js';
import { wrap } from '../terminal/wrap.js';
import type { Advice } from './advice.js';
import { time, WIDE, withSpread } from './advice-counts.js';
import { type Gain, QEMU_DEFAULT } from './gain.js';

const NARROW_INDENT = 4;
const NAMES: Readonly<Record<Binding, string>> = {
  provider: "the provider's time for a batch",
  senders: "the senders' time for their batches",
  wake: 'wake-ups, with so few batches in flight',
  link: 'the link',
  cores: 'the CPUs',
};
/** Measured so far below its lowest bound, nothing that is known binds. */
const NEAR_BOUND = 0.7;

export function factsOf(advice: Advice, columns: number): string[] {
  const { throughput, gains, memoryBytes, limit, usl } = advice;
  const { jobsPerSecond, mibPerSecond, cpuNsPerJob, latency } = throughput;
  const rate = mibPerSecond && mibPerSecond.median > 0 ? `${withSpread(mibPerSecond, 1)} MiB/s, ` : '';
  const facts: [string, string][] = [
    ['throughput', `${rate}${withSpread(jobsPerSecond, 1e-3)} thousand batches/s, ${processes(jobsPerSecond.rounds)}`],
    ...gains.map((gain): [string, string] => [`over ${many(gain.over)}`, gainText(gain)]),
  ];
  if (cpuNsPerJob) facts.push(['CPU', `${withSpread(cpuNsPerJob, 1e-3)} us per batch${cpuAgainst(advice)}`]);
  if (memoryBytes !== undefined)
    facts.push([
      'memory',
      `${showBytes(2 ** 20 * Math.ceil(memoryBytes / 2 ** 20)).replace('m', ' MiB')} for threads and shared words, beside the RAM`,
    ]);
  if (limit && latency?.p99Ns !== undefined) {
    const load = `${(limit.load * 100).toFixed(0)} % load`;
    facts.push(['p99', `${time(latency.p99Ns)} at ${load}, limit ${showNanoseconds(limit.p99Ns)}`]);
  }
  facts.push(...predictionOf(advice));
  facts.push(['USL', uslText(usl)]);
  facts.push([
    'measured',
    `${advice.range.measured.length} counts from ${advice.range.least} to ${advice.range.most}, ${processes(advice.rounds)}${endText(advice)}`,
  ]);
  const width = Math.max(...facts.map(([name]) => name.length));
  const indent = columns >= WIDE ? width + 4 : NARROW_INDENT;
  return facts.map(([name, text]) => wrap(`  ${name.padEnd(columns >= WIDE ? width : 0)}  ${text}`, columns, indent));
}

function predictionOf({
  binds,
  costs,
  predictedChannels,
  unpredicted,
  channels,
  throughput,
}: Advice): [string, string][] {
  if (!binds || !costs) return [['limit', `not known: ${unpredicted}`]];
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
    ['limit', what],
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
  return `x${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})${what}, ${processes(n)}`;
}

export function many(count: number): string {
  return count === 1 ? '1 channel' : `${count} channels`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
