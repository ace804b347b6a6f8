import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allowedCpus } from '../../src/os/cpus.js';
import { programs } from '../doctor/features.js';
import { Kernel } from '../system/kernel.js';
import { KeepAwake } from './keep-awake.js';

/** SCHED_IDLE, as the kernel numbers it in field 41 of stat. */
const IDLE_CLASS = '5';

/** The CPUs to which threads of the idle class in this process are pinned. */
function idleThreads(): string[] {
  return readdirSync('/proc/self/task')
    .filter((id) => {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
      // The name, in brackets, may hold blanks.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[41 - 3] === IDLE_CLASS;
    })
    .map((id) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/self/task/${id}/status`, 'latin1'))![1]!)
    .sort();
}

/** Without these programs there is nothing to test: it is refused, and doctor says so. */
const able = programs().every(({ name, present }) => present || (name !== 'taskset' && name !== 'chrt'));

describe.skipIf(!able)('KeepAwake', () => {
  it('has one spinner of the idle class pinned to each CPU, until it is stopped', async () => {
    const cpus = allowedCpus();
    const awake = await KeepAwake.start(cpus);
    try {
      expect(idleThreads()).toEqual(cpus.map(String).sort());
    } finally {
      await awake.stop();
    }
    expect(idleThreads()).toEqual([]);
  });

  it('starts nothing where one cannot be pinned, or where a quota would pay for it', async () => {
    await expect(KeepAwake.start([4095])).rejects.toThrow('taskset (of util-linux) could not pin a thread to CPU 4095');
    const root = mkdtempSync(join(tmpdir(), 'multifd-bench-awake-'));
    mkdirSync(join(root, 'sys/fs/cgroup'), { recursive: true });
    writeFileSync(join(root, 'sys/fs/cgroup/cpu.max'), '150000 100000');
    await expect(KeepAwake.start(allowedCpus(), new Kernel(root))).rejects.toThrow(
      'CPU quota of this cgroup, 1.5 CPUs',
    );
    rmSync(root, { recursive: true });
    expect(idleThreads()).toEqual([]);
  });
});
