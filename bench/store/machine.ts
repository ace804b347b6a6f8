// The machine a run was made on, as far as it bears on the numbers. No host name: results are shared.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { allowedCpus } from '../../src/session/placement.js';

export interface Machine {
  /** `<cpu-model-kebab>-<cores>c-<memory rounded to a power of two>g`: results of two keys are not compared. */
  readonly key: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly architecture: string;
  readonly kernel: string;
  readonly governor: string | null;
  readonly clockSource: string | null;
  readonly hypervisor: boolean;
  readonly loadAverage: number;
  /** Share of CPU time that the hypervisor gave to others since boot. */
  readonly stealShare: number | null;
}

export function describeMachine(): Machine {
  const cpuModel = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const cores = Math.max(1, Math.min(quotaCores(), allowedCpus().length, availableParallelism()));
  const memoryBytes = totalmem();
  const gibibytes = 2 ** Math.round(Math.log2(memoryBytes / 2 ** 30));
  const kebab = cpuModel
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return {
    key: `${kebab}-${cores}c-${gibibytes}g`,
    cpuModel,
    cores,
    memoryBytes,
    architecture: process.arch,
    kernel: release(),
    governor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    clockSource: read('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    hypervisor: /^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? ''),
    loadAverage: loadavg()[0]!,
    stealShare: stealShare(),
  };
}

/** Whole cores of the cgroup's CPU quota, at least one. */
function quotaCores(): number {
  const [quota, period] = (read('/sys/fs/cgroup/cpu.max') ?? 'max 1').split(' ').map(Number);
  return quota! > 0 ? Math.max(1, Math.floor(quota! / period!)) : Number.POSITIVE_INFINITY;
}

function stealShare(): number | null {
  const times = read('/proc/stat')?.split('\n')[0]?.split(/\s+/).slice(1).map(Number);
  if (!times || times.length < 8) return null;
  const total = times.slice(0, 8).reduce((sum, time) => sum + time, 0);
  return Number((times[7]! / total).toPrecision(3));
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return null;
  }
}
