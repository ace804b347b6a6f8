import { describe, expect, it } from 'vitest';
import type { FloorReading } from '../measure/floors.js';
import { describeMachine } from '../system/machine.js';
import { checkAll, exitCode } from './checks.js';
import { renderReport, reportRecords } from './doctor-report.js';
import type { Facts } from './facts.js';

const floor = (waits: 'spin' | 'park', medianNs: number, keptAwake = false): FloorReading => ({
  waits,
  where: 'two CPUs',
  keptAwake,
  medianNs,
  lowNs: medianNs * 0.95,
  highNs: medianNs * 1.05,
  samples: 100,
  pinned: true,
});

/** A quiet machine that has everything. */
const FINE: Facts = {
  machine: describeMachine(),
  allowedCpus: [0, 1],
  onlineCpus: 2,
  quota: 'none',
  confinement: { quotaCores: null, quotaPeriodMs: null, affinity: '0-1', nice: 0, schedulingClass: 'other' },
  throttledPeriods: 0,
  governors: ['performance'],
  smtActive: false,
  siblings: [0],
  hypervisor: false,
  idleStates: ['POLL', 'C1'],
  transparentHugePages: 'madvise',
  addressSpaceBytes: undefined,
  loadAverage: 0.02,
  pressure: { cpu: 0, memory: 0, io: 0 },
  stealShare: 0,
  clockSource: { current: 'tsc', available: ['tsc', 'hpet'] },
  clock: { stepNs: 10, readNs: 40, backwards: 0 },
  floors: [floor('spin', 200), floor('park', 20_000), floor('park', 19_000, true)],
  node: { version: process.version, flags: [], ownFlags: [], features: [{ name: 'zstd', present: true, without: '' }] },
  programs: [{ name: 'taskset', present: true, without: '' }],
  resolution: {
    file: '/results/key/2026/run.json',
    finishedAt: new Date().toISOString(),
    node: process.version,
    harness: 'abc',
    processes: 6,
    tables: [{ table: 'hand-off', metric: 'jobsPerSecond', least: 0.05, most: 0.09, rows: 4, fineRows: 4 }],
  },
  harness: 'abc',
};

/** The lines of a machine that differs, but those that are fine. */
const troubles = (different: Partial<Facts>) =>
  checkAll({ ...FINE, ...different })
    .filter(({ status }) => status !== 'ok' && status !== 'unavailable')
    .map(({ name, status }) => `${name}: ${status}`);

describe('checkAll', () => {
  it('finds nothing on a quiet machine that has everything', () => {
    expect(troubles({})).toEqual([]);
    expect(renderReport('x', checkAll(FINE))).toContain('Nothing stands in the way of measuring.');
  });

  it.each<[Partial<Facts>, string]>([
    [{ allowedCpus: [0], onlineCpus: 1, siblings: [0] }, 'CPUs allowed: problem'],
    [{ quota: 1.5 }, 'CPU quota: problem'],
    [{ throttledPeriods: 7 }, 'throttling: warning'],
    [{ onlineCpus: 8 }, 'affinity: note'],
    [{ confinement: { ...FINE.confinement, nice: 10 } }, 'niceness: warning'],
    [{ confinement: { ...FINE.confinement, schedulingClass: 'idle' } }, 'scheduling class: problem'],
    [{ node: { ...FINE.node, ownFlags: ['--no-opt'] } }, 'own options: warning'],
    [{ allowedCpus: [0, 1, 2, 3], quota: 2.5 }, 'CPU quota: warning'],
    [{ smtActive: true, siblings: [0, 1] }, 'SMT: warning'],
    [{ governors: ['performance', 'powersave'] }, 'governor: warning'],
    [{ transparentHugePages: 'always' }, 'huge pages: note'],
    [{ addressSpaceBytes: 3e9 }, 'address space: problem'],
    [{ loadAverage: 0.6 }, 'load: warning'],
    [{ loadAverage: 2.1 }, 'load: problem'],
    [{ pressure: { cpu: 7, memory: 0, io: 0 } }, 'CPU pressure: warning'],
    [{ stealShare: 0.02 }, 'steal: warning'],
    [{ stealShare: 0.2 }, 'steal: problem'],
    [{ clockSource: { current: 'hpet', available: ['tsc', 'hpet'] } }, 'source: warning'],
    [{ clock: { stepNs: 2000, readNs: 40, backwards: 0 } }, 'step: warning'],
    [{ clock: { stepNs: 1e6, readNs: 40, backwards: 0 } }, 'step: problem'],
    [{ clock: { stepNs: 10, readNs: 40, backwards: 1 } }, 'step: problem'],
    [{ clock: { stepNs: 10, readNs: 1200, backwards: 0 } }, 'read: warning'],
    [{ floors: [floor('park', 60_000), floor('park', 20_000, true)] }, 'halted CPUs: note'],
    [{ floors: [{ ...floor('spin', 200), pinned: false }] }, 'pinning: warning'],
    [{ node: { ...FINE.node, flags: ['--max-old-space-size=100'] } }, 'options: note'],
    [{ node: { ...FINE.node, flags: ['--jitless'] } }, 'options: problem'],
    [{ node: { ...FINE.node, features: [{ name: 'zstd', present: false, without: 'x' }] } }, 'zstd: note'],
    [{ programs: [{ name: 'taskset', present: false, without: 'install util-linux' }] }, 'taskset: warning'],
    [{ resolution: undefined }, 'unknown: warning'],
    [{ harness: 'changed' }, 'measured by: note'],
    [{ resolution: { ...FINE.resolution!, node: 'v1.0.0' } }, 'measured by: note'],
  ])('%j', (different, expected) => {
    expect(troubles(different)).toEqual([expected]);
    const checks = checkAll({ ...FINE, ...different });
    expect(exitCode(checks)).toBe(expected.endsWith('problem') ? 1 : 0);
    for (const { status, advice } of checks) {
      if (status === 'warning' || status === 'problem') expect(advice?.length).toBeGreaterThan(10);
    }
  });

  it('says which lines a machine does not fill, and ends with 0', () => {
    const checks = checkAll({
      ...FINE,
      quota: undefined,
      throttledPeriods: undefined,
      governors: undefined,
      smtActive: undefined,
      siblings: undefined,
      hypervisor: undefined,
      transparentHugePages: undefined,
      loadAverage: undefined,
      pressure: { cpu: undefined, memory: undefined, io: undefined },
      stealShare: undefined,
      clockSource: undefined,
      floors: [],
    });
    const missing = checks.filter(({ value }) => value === 'not available');
    expect(missing.map(({ name }) => name)).toEqual([
      'CPU quota',
      'throttling',
      'SMT',
      'governor',
      'huge pages',
      'load',
      'CPU pressure',
      'memory pressure',
      'io pressure',
      'steal',
      'source',
      'spin, two CPUs',
      'park, two CPUs',
      'park, kept awake',
      'park, one CPU',
      'spin, one CPU',
    ]);
    expect(exitCode(checks)).toBe(0);
  });

  it('is shown within 80 columns, with what to do below each warning, and as TSV', () => {
    const checks = checkAll({
      ...FINE,
      stealShare: 0.2,
      quota: 0.3333333,
      allowedCpus: Array.from({ length: 64 }, (_, cpu) => cpu),
      onlineCpus: 64,
      node: { ...FINE.node, flags: [`--title=${'x'.repeat(200)}`] },
    });
    const report = renderReport('A CPU, 2 cores', checks);
    for (const line of report.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(report).toMatch(/PROBLEM steal +20\.0 %.*\n +-> the hypervisor runs other guests/);
    expect(report).toContain('2 problems: numbers measured here now are worth nothing.');
    const { head, rows } = reportRecords(checks);
    expect(new Set([head, ...rows].map((row) => row.length))).toEqual(new Set([5]));
    expect(rows.length).toBe(checks.length);
  });
});
