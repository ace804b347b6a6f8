// doctor --calibrate: whether the default run's verdicts can be trusted on this machine, from runs of known outcome.

import { Interrupts } from '../base/interrupts.js';
import { processes } from '../base/quantities.js';
import { seedOf, wholeNumber } from '../base/usage-error.js';
import { makeCalibration, newestCalibration, saveCalibration, tally } from '../doctor/calibration.js';
import { BUILT_IN, type CalibratedCell, calibrateOnce, calibrationPlan } from '../doctor/calibration-runs.js';
import { describeStored, describeTally, renderCalibration } from '../doctor/calibration-table.js';
import { loadVariants } from '../plan/catalogue.js';
import { estimateMs } from '../plan/order.js';
import type { Plan } from '../plan/planned.js';
import { percentOfFlag, planOf } from '../plan/run-plan.js';
import { WORKPLACE } from '../system/project.js';
import { ProgressLine } from '../terminal/progress.js';

export interface CalibrateFlags {
  readonly runs: string;
  readonly delay?: string;
  readonly seed?: string;
  readonly save: boolean;
  readonly json?: boolean;
}

const DESIGN = 'mutex';
const RESULTS = `${WORKPLACE}results`;

/**
 * Measures `--runs` runs and stores what they say; with `--json` prints the stored outcome and measures one run of it
 * anew. Returns 0, or 1 when there is none, or the code of a signal.
 */
export async function calibrate(flags: CalibrateFlags): Promise<number> {
  const seed = seedOf(flags.seed);
  const runs = flags.json ? 1 : wholeNumber('--runs', flags.runs, 1, 1000);
  const stored = flags.json ? newestCalibration(RESULTS) : undefined;
  if (stored) process.stderr.write(`${describeStored(stored)}\n`);
  const startedAt = new Date().toISOString();
  const delay = flags.delay === undefined ? BUILT_IN : percentOfFlag('--delay', flags.delay, '3%');
  const { measured, rounds, code } = await measureRuns(runs, seed, delay);
  if (flags.json) {
    const slice = measured.length > 0 ? { ...tally(measured, delay), seed, startedAt } : null;
    const age = stored ? { path: stored.path, ageSeconds: Math.round(stored.ageMs / 1000) } : {};
    const same = stored ? { sameCode: stored.sameCode, sameMachine: stored.sameMachine } : {};
    const none = { falsePositiveRate: null, power: null };
    process.stdout.write(`${JSON.stringify({ ...(stored?.calibration ?? none), ...age, ...same, slice }, null, 1)}\n`);
    if (!stored) process.stderr.write('no stored calibration: `npm run calibrate` makes one (about half an hour)\n');
    return code ?? (stored ? 0 : 1);
  }
  if (measured.length === 0) {
    process.stderr.write('interrupted before a run was finished: nothing to show\n');
    return code ?? 1;
  }
  const calibration = makeCalibration(measured, { startedAt, design: DESIGN, seed, rounds }, delay);
  process.stdout.write(`${renderCalibration(calibration)}\n`);
  if (code !== undefined) process.stderr.write('interrupted: not stored\n');
  else if (flags.save) process.stderr.write(`saved ${saveCalibration(RESULTS, calibration)}\n`);
  return code ?? 0;
}

async function measureRuns(runs: number, seed: number, delay: number) {
  const interrupts = new Interrupts();
  const { signal } = interrupts;
  const measured: (readonly CalibratedCell[])[] = [];
  let rounds = 0;
  const line = new ProgressLine();
  try {
    for (let run = 0; run < runs && !signal.aborted; run++) {
      const plan = await planOfRun(seed + run, delay);
      rounds = plan.rounds;
      if (run === 0) announce(runs, plan);
      const cells = await measureOne(plan, { run, runs, line, signal, delay });
      if (!cells) break;
      measured.push(cells);
      line.end();
      process.stderr.write(
        `run ${run + 1} of ${runs}: ${describeTally({ ...tally([cells], delay), builtIn: delay }).join('; ')}\n`,
      );
    }
  } finally {
    line.end();
    interrupts.close();
  }
  return { measured, rounds, code: interrupts.code };
}

function announce(runs: number, plan: Plan): void {
  const minutes = (runs * estimateMs(plan)) / 60e3;
  process.stderr.write(
    `${runs} run${runs > 1 ? 's' : ''} of ${processes(plan.rounds)}: about ${minutes.toFixed(0)} min\n`,
  );
}

async function planOfRun(seed: number, delay: number): Promise<Plan> {
  const [design] = await loadVariants(DESIGN);
  const { plan } = await planOf({ seed: String(seed) });
  return calibrationPlan(plan, design!, delay);
}

function measureOne(
  plan: Plan,
  {
    run,
    runs,
    line,
    signal,
    delay,
  }: { run: number; runs: number; line: ProgressLine; signal: AbortSignal; delay: number },
) {
  const estimate = runs * estimateMs(plan);
  const progress = ({ round, done, total, cell: { cell } }: Parameters<Parameters<typeof calibrateOnce>[2]>[0]) => {
    const at = { round: run * plan.rounds + round, rounds: runs * plan.rounds, done: run * total + done };
    line.show({ ...at, total: runs * total, what: `${cell.workload} ${cell.variant}`, estimateMs: estimate });
  };
  return calibrateOnce(plan, { design: DESIGN, delay }, progress, signal);
}
