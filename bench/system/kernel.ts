// What the kernel says of this machine: files of /proc and /sys, each of which may be missing, as in a container.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpuList } from '../../src/os/cpus.js';
import { type ArmCpus, armCpus } from './arm-cpus.js';

/** Microseconds of CPU that a cgroup may use in each period, as cores; undefined where no file says. */
export type Quota = number | 'none' | undefined;

/** Share of the last ten seconds in which some task waited for the resource, in per cent. */
export interface Pressure {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly io: number | undefined;
}

/** CPU time since boot over the CPUs that are asked for, in the kernel's ticks. */
export interface CpuTicks {
  readonly total: number;
  readonly steal: number;
  /** Neither idle nor waiting for a disk. */
  readonly busy: number;
}

/** Makers of virtual machines, as the firmware names them. */
const VIRTUAL =
  /QEMU|KVM|Amazon EC2|Google Compute|VMware|Virtual Machine|Xen|VirtualBox|Parallels|Apple Virt|OpenStack/;

/** Reads below `root`: `/`, or a folder that stands for it in a test. */
export class Kernel {
  private readonly root: string;

  constructor(root = '/') {
    this.root = root;
  }

  governors(cpus: readonly number[]): string[] | undefined {
    const each = cpus.map((cpu) => this.read(`sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_governor`));
    const known = each.filter((governor) => governor !== undefined);
    return known.length > 0 ? [...new Set(known)] : undefined;
  }

  smtActive(): boolean | undefined {
    const active = this.read('sys/devices/system/cpu/smt/active');
    return active === undefined ? undefined : active === '1';
  }

  /** The CPUs that share a core with `cpu`, itself among them. */
  siblings(cpu: number): number[] | undefined {
    const list = this.read(`sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`);
    return list === undefined ? undefined : parseCpuList(list);
  }

  /** Ways in which an idle CPU may sleep; empty where the kernel knows none and the hypervisor sees to it. */
  idleStates(cpu: number): string[] {
    const names: string[] = [];
    for (let state = 0; ; state++) {
      const name = this.read(`sys/devices/system/cpu/cpu${cpu}/cpuidle/state${state}/name`);
      if (name === undefined) return names;
      names.push(name);
    }
  }

  /** The value in brackets of `always [madvise] never`. */
  transparentHugePages(): string | undefined {
    return /\[(\w+)\]/.exec(this.read('sys/kernel/mm/transparent_hugepage/enabled') ?? '')?.[1];
  }

  clockSource(): { readonly current: string; readonly available: readonly string[] } | undefined {
    const folder = 'sys/devices/system/clocksource/clocksource0';
    const current = this.read(`${folder}/current_clocksource`);
    if (current === undefined) return undefined;
    return { current, available: (this.read(`${folder}/available_clocksource`) ?? '').split(/\s+/).filter(Boolean) };
  }

  /** Runnable threads, averaged over a minute. */
  loadAverage(): number | undefined {
    return number(this.read('proc/loadavg')?.split(' ')[0]);
  }

  pressure(): Pressure {
    const some = (resource: string) =>
      number(/^some avg10=([\d.]+)/m.exec(this.read(`proc/pressure/${resource}`) ?? '')?.[1]);
    return { cpu: some('cpu'), memory: some('memory'), io: some('io') };
  }

  ticks(cpus: readonly number[]): CpuTicks | undefined {
    const lines = (this.read('proc/stat') ?? '').split('\n');
    const rows = cpus.flatMap((cpu) => {
      const fields = lines
        .find((line) => line.startsWith(`cpu${cpu} `))
        ?.split(/\s+/)
        .slice(1, 9)
        .map(Number);
      return fields && fields.length === 8 ? [fields] : [];
    });
    if (rows.length === 0) return undefined;
    return {
      total: rows.flat().reduce((sum, ticks) => sum + ticks, 0),
      steal: rows.reduce((sum, fields) => sum + fields[7]!, 0),
      busy: rows.reduce(
        (sum, [user, nice, system, , , irq, softirq]) => sum + user! + nice! + system! + irq! + softirq!,
        0,
      ),
    };
  }

  hypervisor(): boolean | undefined {
    const flags = /^flags\s*:(.*)$/m.exec(this.read('proc/cpuinfo') ?? '')?.[1];
    if (flags !== undefined) return /\bhypervisor\b/.test(flags);
    // Arm has no such flag: the firmware tells.
    if (this.read('sys/hypervisor/type') ?? this.read('proc/device-tree/hypervisor/compatible')) return true;
    const maker = ['sys_vendor', 'product_name'].map((field) => this.read(`sys/class/dmi/id/${field}`) ?? '').join(' ');
    return VIRTUAL.test(maker) ? true : undefined;
  }

  /** The product that the firmware names, and the CPU's family, model, stepping, revision and cache: nothing of one machine alone. */
  hostClass(): string | undefined {
    const text = this.read('proc/cpuinfo') ?? '';
    const product = ['sys_vendor', 'product_name'].flatMap((name) => this.read(`sys/class/dmi/id/${name}`) ?? []);
    const fields = ['cpu family', 'model', 'stepping', 'cache size', 'CPU variant', 'CPU revision'].flatMap((name) => {
      const value = new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim();
      return value === undefined ? [] : [`${name.replace(/^cpu /i, '')} ${value}`];
    });
    const parts = [product.join(' '), fields.join(' ')].filter((part) => part !== '');
    return parts.length > 0 ? parts.join(', ') : undefined;
  }

  /** Undefined where the CPUs are not Arm's. */
  armCpus(): ArmCpus | undefined {
    return armCpus(this.read('proc/cpuinfo') ?? '');
  }

  /** Version of what the CPU's maker has patched it with. */
  microcode(): string | undefined {
    return /^microcode\s*:\s*(\S+)/m.exec(this.read('proc/cpuinfo') ?? '')?.[1];
  }

  /** The tightest CPU quota of this process's cgroup and of those around it, in cores; of version 2, else of version 1. */
  quota(): Quota {
    const quotas = this.quotas();
    if (quotas.length === 0) return undefined;
    const cores = quotas.flatMap(({ cores }) => (cores === undefined ? [] : [cores]));
    return cores.length > 0 ? Math.min(...cores) : 'none';
  }

  /** The period of that quota. */
  quotaPeriodMs(): number | undefined {
    const quota = this.quota();
    return this.quotas().find(({ cores }) => cores === quota)?.periodMs;
  }

  /** Periods of quotas in which the kernel stopped the threads of these groups; undefined where no file says. */
  throttledPeriods(): number | undefined {
    const counts = this.inGroups('cpu', (folder) => {
      return number(/^nr_throttled (\d+)$/m.exec(this.read(`${folder}/cpu.stat`) ?? '')?.[1]);
    });
    return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined;
  }

  /** What `ulimit -v` allows a process; undefined where it is unlimited. */
  addressSpaceBytes(): number | undefined {
    return number(/^Max address space\s+(\d+)/m.exec(this.read('proc/self/limits') ?? '')?.[1]);
  }

  /** Bytes that the cgroups leave, of either version, at the tightest; what they would drop from their cache counts. */
  groupMemoryBytes(): number {
    const left = this.inGroups('memory', (folder) => {
      const limit = number(this.read(`${folder}/memory.max`) ?? this.read(`${folder}/memory.limit_in_bytes`));
      const used = number(this.read(`${folder}/memory.current`) ?? this.read(`${folder}/memory.usage_in_bytes`));
      if (limit === undefined) return undefined;
      const stat = this.read(`${folder}/memory.stat`) ?? '';
      const cache = /^total_inactive_file (\d+)$/m.exec(stat) ?? /^inactive_file (\d+)$/m.exec(stat);
      return limit - Math.max(0, (used ?? 0) - (number(cache?.[1]) ?? 0));
    });
    return Math.min(Number.POSITIVE_INFINITY, ...left);
  }

  private quotas(): { readonly cores: number | undefined; readonly periodMs: number }[] {
    return this.inGroups('cpu', (folder) => {
      const first = this.read(`${folder}/cpu.cfs_quota_us`);
      const said = this.read(`${folder}/cpu.max`) ?? (first && `${first} ${this.read(`${folder}/cpu.cfs_period_us`)}`);
      if (said === undefined) return undefined;
      const [quota, period] = said.split(' ').map(Number);
      return { cores: quota! > 0 && period! > 0 ? quota! / period! : undefined, periodMs: period! / 1000 };
    });
  }

  /** What is found in this process's cgroup and in those around it, of version 2 and of version 1. */
  private inGroups<T>(controller: string, find: (folder: string) => T | undefined): T[] {
    const groups = (this.read('proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
    const unified = groups.find(([hierarchy]) => hierarchy === '0')?.[2] ?? '/';
    const own = groups.find(([, controllers]) => controllers?.split(',').includes(controller))?.[2] ?? '/';
    const folders = [
      ...pathsUp(unified).map((path) => `sys/fs/cgroup${path}`),
      ...pathsUp(own).map((path) => `sys/fs/cgroup/${controller}${path}`),
    ];
    return folders.flatMap((folder) => find(folder) ?? []);
  }

  /** A file's text without the blanks at its ends; undefined where it is missing or may not be read. */
  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'latin1').trim();
    } catch {
      return undefined;
    }
  }
}

/** `/a/b` gives `/a/b`, `/a` and the empty path of the root. */
function pathsUp(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return [...parts.keys()].map((index) => `/${parts.slice(0, parts.length - index).join('/')}`).concat('');
}

function number(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}
