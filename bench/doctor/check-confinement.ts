// Lines of doctor on what this process may use of the machine, beside its quota: throttling, affinity, priority.
import { advise, type Check, line, unavailable } from './check.js';
import type { Facts } from './facts.js';

const MACHINE = 'This machine';

export function checkConfinement(facts: Facts): Check[] {
  return [throttling(facts), affinity(facts), niceness(facts), schedulingClass(facts)];
}

function throttling({ throttledPeriods, confinement: { quotaPeriodMs } }: Facts): Check {
  const name = 'throttling';
  if (throttledPeriods === undefined) return unavailable(MACHINE, name);
  if (throttledPeriods === 0) return line(MACHINE, name, 'ok', 'in no period so far');
  const value = `in ${throttledPeriods} periods${quotaPeriodMs === null ? '' : ` of ${quotaPeriodMs} ms`} so far`;
  const advice = 'the quota was used up and all threads stood still: lift it, or allow no more CPUs than it gives';
  return advise(MACHINE, name, 'warning', value, advice);
}

function affinity({ confinement: { affinity: set }, allowedCpus, onlineCpus }: Facts): Check {
  const name = 'affinity';
  if (allowedCpus.length >= onlineCpus) return line(MACHINE, name, 'ok', `all CPUs (${set})`);
  const advice =
    'runs with another set are not compared with these: use the same one each time (taskset -c, --cpuset-cpus)';
  return advise(MACHINE, name, 'note', `CPUs ${set} of ${onlineCpus}`, advice);
}

function niceness({ confinement: { nice } }: Facts): Check {
  if (nice === 0) return line(MACHINE, 'niceness', 'ok', '0');
  const advice = `${nice > 0 ? 'whatever else runs goes first' : 'other work is kept waiting'}: start it without nice`;
  return advise(MACHINE, 'niceness', nice > 0 ? 'warning' : 'note', `${nice}`, advice);
}

function schedulingClass({ confinement: { schedulingClass: name } }: Facts): Check {
  if (name === 'other') return line(MACHINE, 'scheduling class', 'ok', 'other, the usual one');
  const what = name === 'idle' ? 'it runs only when nothing else does' : 'it is scheduled unlike other processes';
  return advise(MACHINE, 'scheduling class', name === 'idle' ? 'problem' : 'warning', name, `${what}: chrt --other 0`);
}
