import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Kernel } from './kernel.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** A kernel that has these files and no others. */
function kernelWith(files: Readonly<Record<string, string>>): Kernel {
  const root = join(folder, `${++made}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return new Kernel(root);
}

describe('Kernel', () => {
  it('answers nothing where there are no files', () => {
    const none = kernelWith({});
    const answers: unknown[] = [none.quota(), none.governors([0]), none.smtActive(), none.siblings(0)];
    answers.push(none.hypervisor(), none.transparentHugePages(), none.clockSource(), none.loadAverage());
    answers.push(none.addressSpaceBytes());
    expect(answers.every((answer) => answer === undefined)).toBe(true);
    expect(none.ticks([0, 1])).toBeUndefined();
    expect(none.idleStates(0)).toEqual([]);
    expect(none.pressure()).toEqual({ cpu: undefined, memory: undefined, io: undefined });
  });

  it.each([
    ['none', { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': 'max 100000' }],
    [1.5, { 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': '150000 100000' }],
    [
      2,
      {
        'proc/self/cgroup': '0::/outer/inner',
        'sys/fs/cgroup/outer/cpu.max': '200000 100000',
        'sys/fs/cgroup/outer/inner/cpu.max': 'max 100000',
      },
    ],
    [
      0.5,
      {
        'proc/self/cgroup': '0::/outer/inner',
        'sys/fs/cgroup/outer/cpu.max': '200000 100000',
        'sys/fs/cgroup/outer/inner/cpu.max': '50000 100000',
      },
    ],
    [
      3,
      {
        'proc/self/cgroup': '2:cpu,cpuacct:/job\n0::/',
        'sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '300000',
        'sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000',
      },
    ],
    ['none', { 'proc/self/cgroup': '1:cpu:/', 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1' }],
  ] as const)('finds a quota of %s, in either version and in groups around this one', (quota, files) => {
    expect(kernelWith(files as Record<string, string>).quota()).toBe(quota);
  });

  it('reads what the files say', () => {
    const cpu = 'sys/devices/system/cpu';
    const kernel = kernelWith({
      'proc/stat':
        'cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 10 0 5 80 0 1 1 3 0 0\ncpu1 20 0 5 70 0 1 1 3 0 0\ncpu10 1 1 1 1 1 1 1 1',
      'proc/self/limits': 'Max cpu time    unlimited\nMax address space   3072000000   unlimited   bytes',
      'proc/loadavg': '0.25 0.5 0.75 1/100 4711',
      'proc/pressure/cpu': 'some avg10=1.40 avg60=9.61 avg300=6.52 total=29342450',
      'proc/cpuinfo':
        'processor : 0\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: CPU @ 3 GHz\nstepping\t: 7\n' +
        'cache size\t: 36608 KB\nflags\t\t: fpu hypervisor sse',
      'sys/class/dmi/id/sys_vendor': 'Amazon EC2\n',
      'sys/class/dmi/id/product_name': 'c5.large\n',
      [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'powersave',
      [`${cpu}/cpu1/cpufreq/scaling_governor`]: 'performance',
      [`${cpu}/cpu0/topology/thread_siblings_list`]: '0,2-3',
      [`${cpu}/cpu0/cpuidle/state0/name`]: 'POLL',
      [`${cpu}/cpu0/cpuidle/state1/name`]: 'C1',
      [`${cpu}/smt/active`]: '1',
      'sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never',
      'sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc',
      'sys/devices/system/clocksource/clocksource0/available_clocksource': 'tsc hpet',
    });
    expect(kernel.ticks([0])).toEqual({ total: 100, steal: 3, busy: 17 });
    expect(kernel.ticks([0, 1])).toEqual({ total: 200, steal: 6, busy: 44 });
    expect(kernel.loadAverage()).toBe(0.25);
    expect(kernel.addressSpaceBytes()).toBe(3_072_000_000);
    expect(kernel.pressure()).toEqual({ cpu: 1.4, memory: undefined, io: undefined });
    expect(kernel.hypervisor()).toBe(true);
    expect(kernel.hostClass()).toBe('Amazon EC2 c5.large, family 6 model 85 stepping 7 cache size 36608 KB');
    expect(kernel.governors([0, 1, 2])).toEqual(['powersave', 'performance']);
    expect(kernel.siblings(0)).toEqual([0, 2, 3]);
    expect(kernel.idleStates(0)).toEqual(['POLL', 'C1']);
    expect(kernel.smtActive()).toBe(true);
    expect(kernel.transparentHugePages()).toBe('madvise');
    expect(kernel.clockSource()).toEqual({ current: 'tsc', available: ['tsc', 'hpet'] });
  });
});
