// What this process may use of the machine, and who else used it meanwhile: what two runs on one machine may differ in.
import { getPriority } from 'node:os';
import { allowedCpus } from '../../src/os/cpus.js';
import { Kernel } from './kernel.js';

/** Of processes that a run starts: they inherit all of it. */
export interface Confinement {
  /** The tightest CPU quota, in cores, and its period; null where there is none, or nothing says. */
  readonly quotaCores: number | null;
  readonly quotaPeriodMs: number | null;
  /** The CPUs that are allowed, as in `0-3,8`. */
  readonly affinity: string;
  /** -20 to 19. */
  readonly nice: number;
  /** `other`, `batch`, `idle`, or one of the real-time classes. */
  readonly schedulingClass: string;
}

/** What happened beside a run, from its beginning to its end. */
export interface Neighbours {
  /** Share of the CPU time of the allowed CPUs that others used; null where the kernel does not say. */
  readonly busyShare: number | null;
  /** Periods of a quota in which the kernel stopped this group's threads; null where there is none. */
  readonly throttledPeriods: number | null;
}

/** Field 41 of /proc/PID/stat: SCHED_OTHER and so on. */
const CLASSES = ['other', 'fifo', 'rr', 'batch', 'iso', 'idle', 'deadline'];
/** Fields after the name of the process, from the state (field 3) on. */
const [UTIME, CSTIME, POLICY] = [11, 14, 38];

export function confinementOf(kernel = new Kernel()): Confinement {
  const quota = kernel.quota();
  const policy = Number(ownStat(kernel)[POLICY] ?? 0);
  return {
    quotaCores: typeof quota === 'number' ? Number(quota.toPrecision(4)) : null,
    quotaPeriodMs: kernel.quotaPeriodMs() ?? null,
    affinity: ranges(allowedCpus()),
    nice: getPriority(),
    schedulingClass: CLASSES[policy] ?? `class ${policy}`,
  };
}

/** Counts from now on; what it returns says what came since. */
export function watchNeighbours(kernel = new Kernel()): () => Neighbours {
  const before = reading(kernel);
  return () => {
    const after = reading(kernel);
    const ticks = before.total === undefined || after.total === undefined ? 0 : after.total - before.total;
    const others = after.busy - before.busy - (after.own - before.own);
    const throttled =
      before.throttled === undefined || after.throttled === undefined ? null : after.throttled - before.throttled;
    return {
      busyShare: ticks > 0 ? Number(Math.min(1, Math.max(0, others / ticks)).toPrecision(2)) : null,
      throttledPeriods: throttled,
    };
  };
}

function reading(kernel: Kernel) {
  const ticks = kernel.ticks(allowedCpus());
  // Its own, and of all children that have ended and were waited for.
  const own = ownStat(kernel)
    .slice(UTIME, CSTIME + 1)
    .reduce((sum, field) => sum + Number(field), 0);
  return { total: ticks?.total, busy: ticks?.busy ?? 0, own, throttled: kernel.throttledPeriods() };
}

/** The name, in parentheses, may hold blanks. */
function ownStat(kernel: Kernel): string[] {
  return kernel.read('proc/self/stat')?.split(') ').at(-1)?.split(' ') ?? [];
}

/** 0, 1, 2, 5 as `0-2,5`. */
function ranges(cpus: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const cpu of cpus) {
    const last = parts.at(-1);
    if (last && last[1] === cpu - 1) last[1] = cpu;
    else parts.push([cpu, cpu]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
