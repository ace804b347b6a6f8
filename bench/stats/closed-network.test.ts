// Closed networks against published examples, against mean value analysis written out, and within their bounds.
import { describe, expect, it } from 'vitest';
import { boundsAt, channelsNeeded, type Demands, lowestBound } from './bounds.js';
import { closedThroughput, predictedThroughput, type Station } from './closed-network.js';

describe('closedThroughput', () => {
  it('gives the timesharing system of Jain, "The art of computer systems performance analysis", example 35.5', () => {
    const stations: Station[] = [
      { kind: 'delay', demand: 4.68 },
      { kind: 'queue', demand: 0.78 },
      { kind: 'queue', demand: 2.34 },
      { kind: 'queue', demand: 1.56 },
    ];
    const throughput = closedThroughput(stations, 3);
    expect(throughput).toBeCloseTo(0.264, 3);
    // Little's law: the time in the system without the terminals.
    expect(3 / throughput - 4.68).toBeCloseTo(6.694, 2);
  });

  it('gives what mean value analysis gives, station by station', () => {
    const demands = [3, 1, 0.25];
    const think = 7;
    const queues = demands.map(() => 0);
    let expected = 0;
    for (let batches = 1; batches <= 12; batches++) {
      const response = demands.map((demand, at) => demand * (1 + queues[at]!));
      expected = batches / (think + response.reduce((sum, each) => sum + each));
      response.forEach((each, at) => {
        queues[at] = expected * each;
      });
      const stations: Station[] = demands.map((demand) => ({ kind: 'queue', demand }));
      expect(closedThroughput([...stations, { kind: 'delay', demand: think }], batches)).toBeCloseTo(expected, 12);
    }
  });

  it('gives the machine repairman: several servers and a delay', () => {
    // P(j failed) by its birth and death equations; 5 machines, 2 repairmen, up for 4, repaired in 1.
    const weights = [1];
    for (let failed = 1; failed <= 5; failed++) {
      weights.push((weights[failed - 1]! * (5 - failed + 1)) / 4 / Math.min(failed, 2));
    }
    const busy = weights.reduce((sum, weight, failed) => sum + weight * Math.min(failed, 2), 0);
    const expected = busy / weights.reduce((sum, weight) => sum + weight);
    const stations: Station[] = [
      { kind: 'servers', demand: 1, servers: 2 },
      { kind: 'delay', demand: 4 },
    ];
    expect(closedThroughput(stations, 5)).toBeCloseTo(expected, 12);
  });

  it('keeps its digits with 64 saturated servers and thousands of batches', () => {
    const stations: Station[] = [
      { kind: 'servers', demand: 640, servers: 64 },
      { kind: 'delay', demand: 1e5 },
      { kind: 'queue', demand: 1 },
    ];
    expect(closedThroughput(stations, 16_384)).toBeCloseTo(0.1, 8);
    expect(closedThroughput([{ kind: 'queue', demand: 0 }], 1)).toBe(Infinity);
    expect(closedThroughput(stations, 0)).toBe(0);
    expect(() => closedThroughput(stations, 1.5)).toThrow('whole number of batches, got 1.5');
  });
});

describe('bounds', () => {
  const demands: Demands = { providerNs: 1000, senderNs: 6000, wakeNs: 20_000, depth: 1 };

  it('each cost bounds on its own', () => {
    const all: Demands = { ...demands, depth: 2, linkPerSecond: 9e5, cores: { count: 2, cpuNs: 8000 } };
    expect(boundsAt(all, 3)).toEqual({
      provider: 1e6,
      senders: expect.closeTo(5e5),
      wake: expect.closeTo((6 * 1e9) / 27_000),
      link: 9e5,
      cores: 2.5e5,
    });
    expect(lowestBound(all, 3)).toMatchObject({ binding: 'wake' });
    expect(lowestBound(all, 8)).toEqual({ binding: 'cores', perSecond: 2.5e5 });
    expect(lowestBound(demands, 40)).toEqual({ binding: 'provider', perSecond: 1e6 });
  });

  it('the channels that are needed: 1 + (S + W) / P at depth 1, less with depth, fewer where the cores bind', () => {
    expect(channelsNeeded(demands)).toBe(27);
    expect(channelsNeeded({ ...demands, depth: 4 })).toBe(7);
    expect(channelsNeeded({ ...demands, depth: 64 })).toBe(6);
    expect(channelsNeeded({ ...demands, cores: { count: 2, cpuNs: 8000 } })).toBe(7);
    expect(channelsNeeded({ ...demands, senderNs: 0, wakeNs: 0 })).toBe(1);
  });

  it('the prediction stays below the bounds, and comes near them away from the knee', () => {
    for (const channels of [1, 2, 8, 27, 64]) {
      const predicted = predictedThroughput(demands, channels);
      expect(predicted).toBeLessThanOrEqual(lowestBound(demands, channels).perSecond * (1 + 1e-9));
    }
    expect(predictedThroughput(demands, 1)).toBeCloseTo(1e9 / 27_000, 3);
    expect(predictedThroughput(demands, 64)).toBeGreaterThan(0.99e6);
    expect(predictedThroughput({ ...demands, linkPerSecond: 5000 }, 64)).toBe(5000);
  });

  it('what is no time is refused by name', () => {
    expect(() => boundsAt({ ...demands, wakeNs: Number.NaN }, 1)).toThrow(
      'wakeNs: expected nanoseconds from 0, got NaN',
    );
    expect(() => boundsAt(demands, 0)).toThrow('at least 1 channel, got 0');
  });
});
