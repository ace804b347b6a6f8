// What is made of samples: pairs of one round, the drain's share, the cost of a piece; and when a goal holds.
import { describe, expect, it } from 'vitest';
import { heldAbove, heldBelow } from '../stats/held.js';
import type { MeanRatio } from '../stats/ratio.js';
import type { Sample } from './compare.js';
import { goalOf, plainLoopGoal } from './goals.js';
import { QEMU_SCHEMA, type QemuResult, stringifyQemu } from './result.js';
import { busiestDrain, pairedRatio, pieceCostNs, summary } from './summary.js';
import { qemuRecords, renderQemu } from './table.js';

const sample = (name: string, round: number, cpuSecondsPerGib: number, rest: Partial<Sample> = {}): Sample => ({
  name,
  channels: 1,
  round,
  cpuSecondsPerGib,
  gibPerSecond: 2,
  drainBusy: 0.4,
  ...rest,
});

describe('ratios', () => {
  it('pair the samples of one round, whatever a round itself costs', () => {
    const samples = [0.1, 0.5, 0.2].flatMap((cpu, round) => [
      sample('theirs', round, cpu),
      sample('ours', round, cpu * (1.5 + round / 100)),
    ]);
    const ratio = pairedRatio(samples, ['theirs', 'ours'], 1, 'cpuSecondsPerGib')!;
    expect(ratio.ratio).toBeCloseTo(1.51, 3);
    expect(ratio.n).toBe(3);
    expect(ratio.high - ratio.low).toBeLessThan(0.06);
  });

  it('leave out rounds without a pair, and CPU time below a tick', () => {
    const samples = [
      sample('a', 0, 0.2),
      sample('b', 1, 0.2),
      sample('a', 2, 0.2),
      sample('b', 2, 0.4),
      sample('a', 3, 0),
    ];
    expect(pairedRatio([...samples, sample('b', 3, 0.3)], ['a', 'b'], 1, 'cpuSecondsPerGib')).toMatchObject({
      n: 1,
      ratio: 2,
    });
    expect(pairedRatio(samples, ['a', 'b'], 2, 'cpuSecondsPerGib')).toBeUndefined();
  });
});

it('the drain is shown where it was busiest, with what it could take', () => {
  const samples = [
    sample('ours', 0, 0.2, { drainBusy: 0.3, gibPerSecond: 3 }),
    sample('theirs', 0, 0.2, { drainBusy: 0.5, gibPerSecond: 4, channels: 4 }),
    sample('cached', 0, 0.1, { drainBusy: 0.9 }),
  ];
  expect(busiestDrain(samples, ['ours', 'theirs'])).toEqual({
    name: 'theirs',
    channels: 4,
    busy: 0.5,
    ceilingGibPerSecond: 8,
  });
});

it('a piece costs what 127 more of them in each of 2048 packets take', () => {
  const samples = [sample('joined', 0, 0.1), sample('pages', 0, 0.1 + 127 * 2048 * 150e-9)];
  expect(pieceCostNs(samples)!.estimate).toBeCloseTo(150, 6);
  expect(pieceCostNs([])).toBeUndefined();
});

describe('goals', () => {
  const ratio = (low: number, middle: number, high: number) => ({ ratio: middle, low, high }) as MeanRatio;

  it('are for the design under study, and for the best with several batches in flight', () => {
    expect(goalOf('atomic-barrier', 7, 4)).toEqual({ cpu: 0.9, throughput: 0.95 });
    expect(goalOf('atomic-barrier', 11, 8)).toEqual({ cpu: 1.08, throughput: 0.95 });
    expect(goalOf('fastest depth 4', 10, 8)).toEqual({ cpu: 1, throughput: 0.95 });
    expect([goalOf('atomic-barrier', 7, 8), goalOf('mutex', 10, 1), goalOf('fastest depth 4', 7, 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([plainLoopGoal('fastest depth 4'), plainLoopGoal('mutex')]).toEqual([1.1, undefined]);
  });

  it('hold for certain only with the whole interval', () => {
    expect(heldBelow(ratio(0.8, 0.9, 1), 1)).toBe('holds');
    expect(heldBelow(ratio(0.8, 0.9, 1.01), 1)).toBe('holds, not certain');
    expect(heldBelow(ratio(0.8, 1.1, 1.2), 1)).toBe('missed, not certain');
    expect(heldBelow(ratio(1.05, 1.1, 1.2), 1)).toBe('missed');
    expect(heldAbove(ratio(0.96, 1, 1.1), 0.95)).toBe('holds');
    expect(heldAbove(ratio(0.94, 1, 1.1), 0.95)).toBe('missed, not certain');
    expect(heldAbove(ratio(0.8, 0.9, 0.94), 0.95)).toBe('missed');
  });
});

const result: QemuResult = {
  schema: QEMU_SCHEMA,
  command: 'multifd-bench run --peer qemu',
  id: '0badcafe',
  startedAt: '2026-01-01T00:00:00.000Z',
  machine: { cpuModel: 'a CPU', cores: 2 } as QemuResult['machine'],
  node: 'v20.20.2',
  commit: null,
  qemus: [{ name: 'qemu-10.0.2', version: '10.0.2', major: 10 }],
  variants: ['atomic-barrier'],
  channels: [1],
  rounds: 2,
  ram: '1g:zero=0,text=50,random=50',
  ramBytes: 1 << 30,
  zeroPages: 'legacy',
  place: 'none',
  warnings: [],
  samples: [0, 1].flatMap((round) => [
    sample('qemu-10.0.2', round, 0.25),
    sample('atomic-barrier', round, 0.2, { gibPerSecond: 2.5 }),
    sample('plain-loop', round, 0.15),
    sample('cached', round, 0.1, { gibPerSecond: 5 }),
    sample('joined', round, 0.15),
    sample('pages', round, 0.2),
    sample('random', round, 0.3),
  ]),
};

describe('what is shown', () => {
  it('has each sender, the ratio with its goal, and the drain', () => {
    const text = renderQemu(result);
    expect(text).toMatch(/qemu-10\.0\.2: one mutex around │ 0\.250 ±0%/);
    expect(text).toMatch(/atomic-barrier \(ours\) +│ 0\.200 ±0%/);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'CPU x0.800 (0.80 to 0.80) (at most 1.08: holds) GiB/s x1.250 (1.25 to 1.25) (above 0.95: holds)',
    );
    expect(text).toMatch(/at most 40 % of a CPU .* so it waited/s);
    expect(text).toContain('one more piece in a write: 192 ns');
    expect(qemuRecords(result).rows).toHaveLength(result.samples.length);
  });

  it('says what guards a hand-over in each QEMU: 10.0 has one mutex around it, 9.x none', () => {
    const labelled = (name: string, major: number) => {
      const samples = result.samples.map((each) => (each.name === result.qemus[0]!.name ? { ...each, name } : each));
      return renderQemu({ ...result, samples, qemus: [{ ...result.qemus[0]!, name, major }] });
    };
    expect(labelled('qemu-10.0.2', 10)).toMatch(/qemu-10\.0\.2: one mutex around .*\n│ +each hand-over/);
    expect(labelled('qemu-10.0.2', 10)).not.toContain('no mutex');
    expect(labelled('qemu-8.2.0', 8)).toContain('mutex per channel');
  });

  it('says when the drain may have been what bound', () => {
    const busy = result.samples.map((each) => ({ ...each, drainBusy: 0.97 }));
    expect(renderQemu({ ...result, samples: busy })).toContain('may be its own limit');
  });

  it('is saved with a line for each sample', () => {
    const text = stringifyQemu(result);
    expect(JSON.parse(text)).toEqual({ ...result });
    expect(text.split('\n').filter((line) => line.includes('cpuSecondsPerGib'))).toHaveLength(result.samples.length);
  });

  it('keeps the median with its interval', () => {
    expect(summary(result.samples, 'cached', 1, 'gibPerSecond')).toMatchObject({ estimate: 5, low: 5, high: 5 });
    expect(summary(result.samples, 'cached', 2, 'gibPerSecond')).toBeUndefined();
  });
});
