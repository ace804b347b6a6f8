// The machine a run was made on, as far as it bears on the numbers. No host name: results are shared.

import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { allowedCpus } from '../../src/os/cpus.js';
import { type Confinement, confinementOf } from './confinement.js';
import { Kernel } from './kernel.js';

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
  /** Null where nothing says; older files have false there. */
  readonly hypervisor: boolean | null;
  /** Absent in older files, and where the kernel does not say. */
  readonly microcode?: string;
  /** What kind of host this is or runs on, as far as the guest can see. Absent in older files, and where nothing says. */
  readonly hostClass?: string;
  /** Round trips of two threads on two CPUs, taken just before the run. Absent in older files, and where it could not be. */
  readonly floors?: { readonly spinNs?: number; readonly parkNs?: number };
  /** What this process may use of it. Absent in older files. */
  readonly confinement?: Confinement;
  readonly loadAverage: number;
  /** Share of CPU time that the hypervisor gave to others since boot. */
  readonly stealShare: number | null;
}

export function describeMachine(kernel = new Kernel()): Machine {
  const arm = kernel.armCpus();
  const model = arm?.name ?? cpus()[0]?.model.trim();
  const cpuModel = model && model !== 'unknown' ? model : 'unknown CPU';
  const cores = usableCores(kernel);
  const memoryBytes = totalmem();
  const gibibytes = 2 ** Math.round(Math.log2(memoryBytes / 2 ** 30));
  const kebab = (arm?.numbers ?? cpuModel)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const ticks = kernel.ticks(allowedCpus());
  const [microcode, hostClass] = [kernel.microcode(), kernel.hostClass()];
  return {
    key: `${kebab}-${cores}c-${gibibytes}g`,
    cpuModel,
    cores,
    memoryBytes,
    architecture: process.arch,
    kernel: release(),
    governor: kernel.governors(allowedCpus())?.join(', ') ?? null,
    clockSource: kernel.clockSource()?.current ?? null,
    hypervisor: kernel.hypervisor() ?? null,
    ...(microcode === undefined ? {} : { microcode }),
    ...(hostClass === undefined ? {} : { hostClass }),
    confinement: confinementOf(kernel),
    loadAverage: kernel.loadAverage() ?? 0,
    stealShare: ticks ? Number((ticks.steal / ticks.total).toPrecision(3)) : null,
  };
}

/** CPUs that threads of this process can keep busy at once: by affinity and by the whole cores of the cgroup's quota. */
export function usableCores(kernel = new Kernel()): number {
  const quota = kernel.quota();
  const whole = quota === undefined || quota === 'none' ? Number.POSITIVE_INFINITY : Math.floor(quota);
  return Math.max(1, Math.min(whole, allowedCpus().length, availableParallelism()));
}
