// CPU time of a whole process, threads that have ended included, from the kernel (Linux /proc).
import { readFileSync } from 'node:fs';

/** Fixed by the kernel's interface on all but one architecture. */
const TICKS_PER_SECOND = 100;

/** User and system time since its start, in seconds: to the tick, which is 10 ms. Throws where there is no such process. */
export function processCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold anything; what follows it is state, ppid, .. with utime and stime the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
