// What a reader of a result must know before its numbers.
import type { Measured } from '../measure/measure.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import type { Neighbours } from '../system/confinement.js';
import type { Machine } from '../system/machine.js';
import { measuredFlags, ownFlags } from '../system/runtime.js';

/** Of the CPU time: below it, what any machine does beside. */
const BUSY_SHARE = 0.05;

export function warningsOf(
  { stopped, finishedRounds }: Measured,
  { confinement, cores }: Machine,
  { busyShare, throttledPeriods }: Neighbours,
): string[] {
  const warnings: string[] = [];
  if (stopped === 'interrupted') warnings.push('interrupted: only the finished rounds are here');
  if (stopped === 'killed') warnings.push('a process of the run was killed: only the finished rounds are here');
  if (finishedRounds < LEAST_PROCESSES) {
    warnings.push(`too few processes for a verdict: ${finishedRounds} of at least ${LEAST_PROCESSES}`);
  }
  if (busyShare !== null && busyShare >= BUSY_SHARE) {
    warnings.push(`other processes used ${percent(busyShare)} of the CPU time of these ${cores} CPUs meanwhile`);
  }
  const { quotaCores, quotaPeriodMs, nice, schedulingClass } = confinement!;
  if (quotaCores !== null) {
    const stopped = throttledPeriods === null ? '' : `; it stopped the threads in ${throttledPeriods} periods`;
    warnings.push(`a CPU quota of ${quotaCores} in each ${quotaPeriodMs} ms is in force${stopped}`);
  }
  if (schedulingClass === 'idle') warnings.push('SCHED_IDLE: it ran only when nothing else did');
  else if (schedulingClass !== 'other') warnings.push(`scheduling class ${schedulingClass}`);
  if (nice !== 0) warnings.push(`nice ${nice}: ${nice > 0 ? 'others went first' : 'it went before others'}`);
  const [measured, own] = [measuredFlags(), ownFlags()];
  if (measured.length > 0) warnings.push(`NODE_OPTIONS in force in what was measured: ${measured.join(' ')}`);
  if (own.length > 0) warnings.push(`not in force in what was measured, only in this process: ${own.join(' ')}`);
  return warnings;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
