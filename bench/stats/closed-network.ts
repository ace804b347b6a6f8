// Closed networks of queues: the throughput of N channels with D batches each going round, exactly.
import type { Demands } from './bounds.js';

/**
 * What a batch passes on its way round; `demand` is its time there, in any unit. A queue serves one at a time, a delay
 * all at once, `servers` as many as it has.
 */
export type Station =
  | { readonly kind: 'queue'; readonly demand: number }
  | { readonly kind: 'delay'; readonly demand: number }
  | { readonly kind: 'servers'; readonly demand: number; readonly servers: number };

/** So close to what the busiest station can do at most, more batches in flight change nothing. */
const SATURATED = 1e-9;
/** Of a sum, in logarithms: what is less changes no digit. */
const SMALLEST_SHARE = -45;

/**
 * Batches per unit of time, with exponential times: for fixed times it is a little less than the truth near the knee.
 *
 * What mean value analysis gives, number for number (Reiser and Lavenberg, "Mean-value analysis of closed multichain
 * queuing networks", 1980), by the convolution of normalisation constants (Buzen, "Computational algorithms for closed
 * queueing networks with exponential servers", 1973): the recursion of mean values loses all digits at a saturated
 * station of many servers. In logarithms, since the constants leave the range of a double at some hundred batches.
 *
 * @throws RangeError unless population is a whole number from 0, and demands are finite and not negative
 */
export function closedThroughput(stations: readonly Station[], population: number): number {
  if (!Number.isInteger(population) || population < 0) {
    throw new RangeError(`closed network: expected a whole number of batches, got ${population}`);
  }
  const stray = stations.find(({ demand }) => !(demand >= 0 && demand < Number.POSITIVE_INFINITY));
  if (stray) throw new RangeError(`closed network: ${stray.kind}: expected a demand from 0, got ${stray.demand}`);
  const passed = stations.filter(({ demand }) => demand > 0);
  if (population === 0) return 0;
  if (passed.length === 0) return Number.POSITIVE_INFINITY;
  const most = Math.min(...passed.map(mostPerTime));
  // Entry s: the logarithm of each number's constant, of the stations up to s together.
  const own: number[][] = passed.map(() => [0]);
  const together: number[][] = passed.map(() => [0]);
  const peaks = passed.map(() => 0);
  for (let batches = 1; batches <= population; batches++) {
    passed.forEach((station, at) => {
      own[at]!.push(own[at]!.at(-1)! + Math.log(station.demand / servedAtOnce(station, batches)));
      if (at === 0) together[0]!.push(own[0]!.at(-1)!);
      else if (station.kind === 'queue') {
        // Either none is at this queue, or one is there and the rest is anywhere.
        together[at]!.push(
          logSum([together[at - 1]![batches]!, Math.log(station.demand) + together[at]![batches - 1]!]),
        );
      } else {
        const there = (count: number) => own[at]![count]! + together[at - 1]![batches - count]!;
        const { log, peak } = logSumOfHill(there, batches, peaks[at]!);
        peaks[at] = peak;
        together[at]!.push(log);
      }
    });
    const constants = together.at(-1)!;
    const throughput = Math.exp(constants[batches - 1]! - constants[batches]!);
    if (batches === population || throughput >= most * (1 - SATURATED)) return throughput;
  }
  throw new Error('closed network: no batch went round');
}

/**
 * Batches a second that a design can carry over so many channels, if nothing but its costs held it up: the provider is
 * a queue, the channels are as many servers of one line, since a provider hands over to whichever is free, the wake-ups
 * a delay. Link and cores cut it off.
 */
export function predictedThroughput(demands: Demands, channels: number): number {
  const { providerNs, senderNs, wakeNs, depth, linkPerSecond, cores } = demands;
  const perNs = closedThroughput(
    [
      { kind: 'servers', demand: senderNs, servers: channels },
      { kind: 'delay', demand: wakeNs },
      { kind: 'queue', demand: providerNs },
    ],
    channels * depth,
  );
  const cpus = cores ? cores.count / cores.cpuNs : Number.POSITIVE_INFINITY;
  return Math.min(perNs, cpus, (linkPerSecond ?? Number.POSITIVE_INFINITY) / 1e9) * 1e9;
}

function servedAtOnce(station: Station, present: number): number {
  if (station.kind === 'queue') return 1;
  return station.kind === 'delay' ? present : Math.min(present, station.servers);
}

function mostPerTime(station: Station): number {
  if (station.kind === 'delay') return Number.POSITIVE_INFINITY;
  return (station.kind === 'queue' ? 1 : station.servers) / station.demand;
}

function logSum(logs: readonly [number, number]): number {
  const largest = Math.max(...logs);
  return largest + Math.log(Math.exp(logs[0] - largest) + Math.exp(logs[1] - largest));
}

/** The same over 0 .. last of terms that rise to one peak and fall: from the peak outwards, as far as a digit changes. */
function logSumOfHill(log: (at: number) => number, last: number, near: number): { log: number; peak: number } {
  let peak = near;
  while (peak < last && log(peak + 1) > log(peak)) peak++;
  while (peak > 0 && log(peak - 1) > log(peak)) peak--;
  const largest = log(peak);
  let sum = 0;
  for (let at = peak; at <= last && log(at) - largest > SMALLEST_SHARE; at++) sum += Math.exp(log(at) - largest);
  for (let at = peak - 1; at >= 0 && log(at) - largest > SMALLEST_SHARE; at--) sum += Math.exp(log(at) - largest);
  return { log: largest + Math.log(sum), peak };
}
