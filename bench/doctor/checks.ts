// From facts to lines: the limits between fine, noisy and worthless, and what to do about each.
import { showNumber } from '../base/quantities.js';
import { advise, type Check, line, unavailable } from './check.js';
import { checkConfinement } from './check-confinement.js';
import { checkFloors } from './check-floors.js';
import { checkResolution } from './check-resolution.js';
import { type Facts, hasAddressSpace } from './facts.js';

const MACHINE = 'This machine';
const QUIET = 'How quiet it is';
const CLOCK = 'Clock';

/** Steal above the first share shows in the numbers; above the second they tell of the neighbours. */
const STEAL_WARNING = 0.01;
const STEAL_PROBLEM = 0.1;
/** Runnable threads beside doctor, a CPU: from the second on the half of each CPU, or more, is somebody else's. */
const LOAD_WARNING = 0.25;
const LOAD_PROBLEM = 1;
/** Per cent of ten seconds in which a task waited. */
const PRESSURE_WARNING = 5;
const STEP_WARNING_NS = 1000;
const STEP_PROBLEM_NS = 100_000;
const READ_WARNING_NS = 250;
/** Clock sources that are read without a system call. */
const FAST_CLOCKS = new Set(['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter']);
/** Options of Node under which nothing that is measured is what it is otherwise. */
const RUINOUS_FLAGS = /^--(jitless|inspect|cpu-prof|heap-prof|trace|no-opt|interpreted-frames-native-stack)/;

/** All lines, in the order in which they are shown. */
export function checkAll(facts: Facts): Check[] {
  return [
    cpus(facts),
    quota(facts),
    ...checkConfinement(facts),
    smt(facts),
    governor(facts),
    idle(facts),
    hugePages(facts),
    addressSpace(facts),
    load(facts),
    ...pressure(facts),
    steal(facts),
    ...clock(facts),
    ...checkFloors(facts),
    ...node(facts),
    ...programs(facts),
    ...checkResolution(facts),
  ];
}

/** 1 when a problem makes numbers worthless, else 0. */
export function exitCode(checks: readonly Check[]): number {
  return checks.some(({ status }) => status === 'problem') ? 1 : 0;
}

function cpus({ allowedCpus, onlineCpus }: Facts): Check {
  const value = `${allowedCpus.length} of ${onlineCpus} (${allowedCpus.join(', ')})`;
  if (allowedCpus.length > 1) return line(MACHINE, 'CPUs allowed', 'ok', value);
  const advice = 'two threads never run at once here: allow a second CPU (taskset, cpuset, docker --cpuset-cpus)';
  return advise(MACHINE, 'CPUs allowed', 'problem', value, advice);
}

function quota({ quota: cores, allowedCpus }: Facts): Check {
  const name = 'CPU quota';
  if (cores === undefined) return unavailable(MACHINE, name);
  if (cores === 'none' || cores >= allowedCpus.length) {
    return line(
      MACHINE,
      name,
      'ok',
      cores === 'none' ? 'none' : `${showNumber(cores)} CPUs, not less than are allowed`,
    );
  }
  const value = `${showNumber(cores)} CPUs of ${allowedCpus.length}`;
  const advice =
    'the kernel stops all threads when it is used up: lift it (cpu.max, docker --cpus), or allow fewer CPUs';
  return advise(MACHINE, name, cores < 2 ? 'problem' : 'warning', value, advice);
}

function smt({ smtActive, siblings, allowedCpus }: Facts): Check {
  const shared = siblings?.includes(allowedCpus[1] ?? -1);
  if (smtActive === undefined && shared === undefined) return unavailable(MACHINE, 'SMT');
  if (shared) {
    const value = `CPUs ${allowedCpus[0]} and ${allowedCpus[1]} are one core`;
    const others = allowedCpus.filter((cpu) => !siblings!.includes(cpu));
    const choice = others.length > 0 ? ` (taskset -c ${allowedCpus[0]},${others[0]},...)` : '';
    return advise(
      MACHINE,
      'SMT',
      'warning',
      value,
      `two threads share its execution units: run on one CPU a core${choice}, or say so beside the numbers`,
    );
  }
  return line(MACHINE, 'SMT', 'ok', smtActive ? 'on; the first two CPUs are two cores' : 'off');
}

function governor({ governors }: Facts): Check {
  if (!governors) return unavailable(MACHINE, 'governor');
  const value = governors.join(', ');
  if (governors.every((each) => each === 'performance')) return line(MACHINE, 'governor', 'ok', value);
  return advise(
    MACHINE,
    'governor',
    'warning',
    value,
    'the clock rate follows the load: cpupower frequency-set --governor performance',
  );
}

function idle({ hypervisor, idleStates }: Facts): Check {
  const where = hypervisor === undefined ? '' : hypervisor ? 'virtual machine' : 'no hypervisor';
  const states = idleStates.length > 0 ? `idle states ${idleStates.join(', ')}` : 'idle CPUs halt';
  return line(MACHINE, 'idle CPUs', hypervisor ? 'note' : 'ok', [where, states].filter(Boolean).join('; '));
}

function hugePages({ transparentHugePages: mode }: Facts): Check {
  if (mode === undefined) return unavailable(MACHINE, 'huge pages');
  if (mode !== 'always') return line(MACHINE, 'huge pages', 'ok', mode);
  return advise(
    MACHINE,
    'huge pages',
    'note',
    mode,
    'processes differ in how much of their RAM the kernel joined; ' +
      'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled makes them alike',
  );
}

function addressSpace({ addressSpaceBytes: bytes }: Facts): Check {
  const name = 'address space';
  if (bytes === undefined) return line(MACHINE, name, 'ok', 'unlimited');
  if (hasAddressSpace(bytes)) return line(MACHINE, name, 'ok', `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  const advice = 'threads and the memory that they share are not to be had: ulimit -v unlimited';
  return advise(MACHINE, name, 'problem', `${(bytes / 2 ** 30).toFixed(1)} GiB`, advice);
}

function load({ loadAverage, allowedCpus }: Facts): Check {
  if (loadAverage === undefined) return unavailable(QUIET, 'load');
  const value = `${loadAverage.toFixed(2)} runnable threads over the last minute`;
  const share = loadAverage / allowedCpus.length;
  if (share < LOAD_WARNING) return line(QUIET, 'load', 'ok', value);
  const advice = 'other work is running, or just was: wait for it, or end it (top shows it)';
  return advise(QUIET, 'load', share < LOAD_PROBLEM ? 'warning' : 'problem', value, advice);
}

function pressure({ pressure: { cpu, memory, io } }: Facts): Check[] {
  const entries = { CPU: cpu, memory, io };
  return Object.entries(entries).map(([resource, percent]) => {
    const name = `${resource} pressure`;
    if (percent === undefined) return unavailable(QUIET, name);
    const value = `somebody waited in ${showNumber(percent)} % of the last 10 s`;
    if (percent < PRESSURE_WARNING) return line(QUIET, name, 'ok', value);
    const advice = `other work contends for ${resource}: wait for it, or end it (top shows it)`;
    return advise(QUIET, name, 'warning', value, advice);
  });
}

function steal({ stealShare }: Facts): Check {
  if (stealShare === undefined) return unavailable(QUIET, 'steal');
  const value = `${(stealShare * 100).toFixed(1)} % of the CPU time while doctor measured`;
  if (stealShare < STEAL_WARNING) return line(QUIET, 'steal', 'ok', value);
  const advice = 'the hypervisor runs other guests on these CPUs: measure at another time, or on dedicated CPUs';
  return advise(QUIET, 'steal', stealShare < STEAL_PROBLEM ? 'warning' : 'problem', value, advice);
}

function clock({ clockSource, clock: { stepNs, readNs, backwards } }: Facts): Check[] {
  const source = (() => {
    if (!clockSource) return unavailable(CLOCK, 'source');
    const { current, available } = clockSource;
    const value = `${current} (of ${available.join(', ')})`;
    if (FAST_CLOCKS.has(current)) return line(CLOCK, 'source', 'ok', value);
    const advice = available.includes('tsc')
      ? 'each reading is a system call or worse: echo tsc > .../clocksource0/current_clocksource, if the kernel log trusts it'
      : 'each reading is a system call or worse: nothing faster is offered; trust longer slices only';
    return advise(CLOCK, 'source', 'warning', value, advice);
  })();
  const step =
    backwards > 0
      ? advise(
          CLOCK,
          'step',
          'problem',
          `went backwards ${backwards} times`,
          'no timing here means anything: use another clock source',
        )
      : stepNs >= STEP_WARNING_NS
        ? advise(
            CLOCK,
            'step',
            stepNs >= STEP_PROBLEM_NS ? 'problem' : 'warning',
            `${showNumber(stepNs)} ns`,
            'hand-offs shorter than a step cannot be told apart: use another clock source',
          )
        : line(CLOCK, 'step', 'ok', `${showNumber(stepNs)} ns, the smallest that two readings differed by`);
  const read =
    readNs >= READ_WARNING_NS
      ? advise(
          CLOCK,
          'read',
          'warning',
          `${showNumber(readNs)} ns`,
          'latencies hold two readings each: see the source above',
        )
      : line(CLOCK, 'read', 'ok', `${showNumber(readNs)} ns a reading`);
  return [source, step, read];
}

function node({ node: { version, flags, ownFlags, features } }: Facts): Check[] {
  const ruinous = flags.filter((flag) => RUINOUS_FLAGS.test(flag));
  const options =
    ruinous.length > 0
      ? advise('Node', 'options', 'problem', ruinous.join(' '), 'these change what is measured: unset NODE_OPTIONS')
      : line('Node', 'options', flags.length > 0 ? 'note' : 'ok', flags.length > 0 ? flags.join(' ') : 'none');
  const own =
    ownFlags.length > 0
      ? [
          advise(
            'Node',
            'own options',
            'warning',
            ownFlags.join(' '),
            'not in force in what is measured: set NODE_OPTIONS',
          ),
        ]
      : [];
  const lines = features.map(({ name, present, without }) =>
    present ? line('Node', name, 'ok', 'yes') : line('Node', name, 'note', `no: ${without}`),
  );
  return [line('Node', 'runtime', 'ok', `Node ${version}`), options, ...own, ...lines];
}

function programs({ programs: list }: Facts): Check[] {
  return list.map(({ name, present, without }) => {
    if (present) return line('Programs', name, 'ok', 'yes');
    return name === 'perf'
      ? advise('Programs', name, 'note', 'no', without)
      : advise('Programs', name, 'warning', 'no', without);
  });
}
