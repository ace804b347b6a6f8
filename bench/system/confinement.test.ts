// What the kernel says of limits, in either version of cgroups and in scopes below slices, and of others on the CPUs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { confinementOf, watchNeighbours } from './confinement.js';
import { Kernel } from './kernel.js';
import { foreignRuntime, measuredFlags } from './runtime.js';

const folder = mkdtempSync(join(tmpdir(), 'confinement-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

function rootWith(files: Readonly<Record<string, string>>): string {
  const root = join(folder, `${++made}`);
  write(root, files);
  return root;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
}

const SCOPE = '/user.slice/run-1.scope';

it.each([
  ['nothing', {}, Number.POSITIVE_INFINITY],
  [
    'a scope of version 2 below a slice',
    {
      'proc/self/cgroup': `0::${SCOPE}`,
      'sys/fs/cgroup/user.slice/memory.max': 'max',
      [`sys/fs/cgroup${SCOPE}/memory.max`]: '700000000',
      [`sys/fs/cgroup${SCOPE}/memory.current`]: '100000000',
      [`sys/fs/cgroup${SCOPE}/memory.stat`]: 'anon 1\ninactive_file 60000000',
    },
    660_000_000,
  ],
  [
    'version 1',
    {
      'proc/self/cgroup': '4:memory:/job\n0::/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      'sys/fs/cgroup/memory/job/memory.limit_in_bytes': '500000000',
      'sys/fs/cgroup/memory/job/memory.usage_in_bytes': '200000000',
    },
    300_000_000,
  ],
  [
    'a container of version 1, which sees its own group as the root',
    { 'proc/self/cgroup': '4:memory:/docker/abc', 'sys/fs/cgroup/memory/memory.limit_in_bytes': '400000000' },
    400_000_000,
  ],
])('memory under %s', (_, files, bytes) => {
  expect(new Kernel(rootWith(files)).groupMemoryBytes()).toBe(bytes);
});

it('a quota with its period, the class, and the CPUs', () => {
  const files = {
    'proc/self/cgroup': '0::/a',
    'sys/fs/cgroup/a/cpu.max': '10000 20000',
    'proc/self/stat': `7 (a b) ${['R', ...Array.from({ length: 37 }, () => '0'), '5', '0'].join(' ')}`,
  };
  const confined = confinementOf(new Kernel(rootWith(files)));
  expect(confined).toMatchObject({ quotaCores: 0.5, quotaPeriodMs: 20, schedulingClass: 'idle' });
  expect(confined.affinity).toMatch(/^\d+(-\d+)?(,\d+(-\d+)?)*$/);
});

it('the CPU time of others, without its own, and throttled periods', () => {
  const ticks = (user: number, idle: number) =>
    Array.from({ length: 64 }, (_, cpu) => `cpu${cpu} ${user} 0 0 ${idle} 0 0 0 0`).join('\n');
  const stat = (own: number) => `7 (node) R ${'0 '.repeat(10)}${own} 0 0 0 ${'0 '.repeat(30)}`;
  const throttled = (count: number) => ({ 'sys/fs/cgroup/cpu.stat': `nr_periods 9\nnr_throttled ${count}` });
  const root = rootWith({ 'proc/stat': ticks(0, 0), 'proc/self/stat': stat(0), ...throttled(3) });
  const meanwhile = watchNeighbours(new Kernel(root));
  write(root, { 'proc/stat': ticks(600, 400), ...throttled(8) });
  expect(meanwhile()).toEqual({ busyShare: 0.6, throttledPeriods: 5 });
  // All of it was its own.
  write(root, { 'proc/self/stat': stat(600 * 64) });
  expect(meanwhile()).toMatchObject({ busyShare: 0 });
});

it('other runtimes by name, and the options that what is measured has', () => {
  expect(foreignRuntime(process.versions)).toBeUndefined();
  expect(foreignRuntime({ node: '26.3.0', bun: '1.3.0' })).toBe('Bun 1.3.0');
  expect(foreignRuntime({ node: '24.0.0', deno: '2.5.0' })).toBe('Deno 2.5.0');
  expect(measuredFlags(' --no-opt  --max-old-space-size=100 ')).toEqual(['--no-opt', '--max-old-space-size=100']);
});

it('virtual machines where /proc/cpuinfo has no flags', () => {
  const arm = 'CPU implementer\t: 0x41\nCPU part\t: 0xd0c\nFeatures\t: fp asimd';
  const guest = new Kernel(rootWith({ 'proc/cpuinfo': arm, 'sys/class/dmi/id/sys_vendor': 'Amazon EC2' }));
  expect(guest.hypervisor()).toBe(true);
  expect(new Kernel(rootWith({ 'proc/cpuinfo': arm })).hypervisor()).toBeUndefined();
  expect(new Kernel(rootWith({ 'proc/cpuinfo': 'flags\t: fpu sse' })).hypervisor()).toBe(false);
});
