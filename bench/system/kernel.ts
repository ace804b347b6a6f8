// What the kernel says of this machine: files of /proc and /sys, each of which may be missing, as in a container.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpuList } from '../../src/os/cpus.js';

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
}

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
    };
  }

  hypervisor(): boolean | undefined {
    const flags = /^flags\s*:(.*)$/m.exec(this.read('proc/cpuinfo') ?? '')?.[1];
    return flags === undefined ? undefined : /\bhypervisor\b/.test(flags);
  }

  /** The product that the firmware names, and the CPU's family, model, stepping and cache: no name or number of one machine. */
  hostClass(): string | undefined {
    const text = this.read('proc/cpuinfo') ?? '';
    const product = ['sys_vendor', 'product_name'].flatMap((name) => this.read(`sys/class/dmi/id/${name}`) ?? []);
    const fields = ['cpu family', 'model', 'stepping', 'cache size'].flatMap((name) => {
      const value = new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(text)?.[1]?.trim();
      return value === undefined ? [] : [`${name.replace('cpu ', '')} ${value}`];
    });
    const parts = [product.join(' '), fields.join(' ')].filter((part) => part !== '');
    return parts.length > 0 ? parts.join(', ') : undefined;
  }

  /** Version of what the CPU's maker has patched it with. */
  microcode(): string | undefined {
    return /^microcode\s*:\s*(\S+)/m.exec(this.read('proc/cpuinfo') ?? '')?.[1];
  }

  /** The tightest CPU quota of this process's cgroup and of those around it, in cores; of version 2, else of version 1. */
  quota(): Quota {
    const groups = (this.read('proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
    const unified = groups.find(([number]) => number === '0')?.[2];
    const second = pathsUp(unified ?? '/').map((path) => this.read(`sys/fs/cgroup${path}/cpu.max`));
    const first = groups.find(([, controllers]) => controllers?.split(',').includes('cpu'))?.[2];
    const old = pathsUp(first ?? '/').map((path) => {
      const folder = `sys/fs/cgroup/cpu${path}`;
      const quota = this.read(`${folder}/cpu.cfs_quota_us`);
      return quota === undefined ? undefined : `${quota} ${this.read(`${folder}/cpu.cfs_period_us`)}`;
    });
    const said = [...second, ...old].filter((text) => text !== undefined);
    if (said.length === 0) return undefined;
    const cores = said.flatMap((text) => {
      const [quota, period] = text.split(' ').map(Number);
      return quota! > 0 && period! > 0 ? [quota! / period!] : [];
    });
    return cores.length > 0 ? Math.min(...cores) : 'none';
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
