// What is made of samples: pairs of one round, the drain's share, and the tables.
import { describe, expect, it } from 'vitest';
import type { Sample } from './compare.js';
import { QEMU_SCHEMA, type QemuResult, stringifyQemu } from './result.js';
import { busiestDrain, pairedRatio, summary } from './summary.js';
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
    sample('plain-loop', 0, 0.1, { drainBusy: 0.9 }),
  ];
  expect(busiestDrain(samples, ['ours', 'theirs'])).toEqual({
    name: 'theirs',
    channels: 4,
    busy: 0.5,
    ceilingGibPerSecond: 8,
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
    sample('plain-loop', round, 0.1, { gibPerSecond: 5 }),
  ]),
};

describe('what is shown', () => {
  it('has each sender, its ratios to QEMU and to the plain loop, and the drain', () => {
    const text = renderQemu(result);
    expect(text).toMatch(/qemu-10\.0\.2: one mutex around │ 0\.250 ±0%/);
    expect(text).toMatch(/atomic-barrier \(ours\) +│ 0\.200 ±0%/);
    expect(text).toContain('CPU x0.800 (0.80 to 0.80)  GiB/s x1.250 (1.25 to 1.25)');
    expect(text).toMatch(/atomic-barrier to ours without a hand-off, 2 pairs.*\n +1 ch {2}CPU x2\.000/);
    expect(text).toMatch(/at most 40 % of a CPU .* so it waited/s);
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
    expect(summary(result.samples, 'plain-loop', 1, 'gibPerSecond')).toMatchObject({ estimate: 5, low: 5, high: 5 });
    expect(summary(result.samples, 'plain-loop', 2, 'gibPerSecond')).toBeUndefined();
  });
});
