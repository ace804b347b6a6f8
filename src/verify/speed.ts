// The checker's own speed: the figures that say how large a program it can take.

import { mutate } from './mutate.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { primitiveScenarios } from './shipped/groups.js';
import { type Strategy, verify } from './verify.js';

/** One figure, with the goal it is held against. */
export interface Speed {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'schedules/s' | 'MiB';
  /** At most this many seconds or MiB, at least this many schedules a second. */
  readonly goal: number;
  readonly isMet: boolean;
  /** What was counted on the way. */
  readonly detail: string;
}

const SCHEDULES = 200_000;
const MOST_MIB = 1024;

/** Measures each figure once, warm-up of the engine included, calling `onFigure` as they come. */
export function measureSpeed(onFigure: (figure: Speed) => void = () => {}): Speed[] {
  const figures: Speed[] = [];
  const add = (what: string, value: number, unit: Speed['unit'], goal: number, detail: string): void => {
    const figure = { what, value, unit, goal, isMet: unit === 'schedules/s' ? value >= goal : value <= goal, detail };
    figures.push(figure);
    onFigure(figure);
  };

  const whole = verify(flagHandOff(2, 3));
  if (!whole.complete || whole.findings.length > 0) throw new Error(`${whole.scenario}: not found right`);
  add(
    'flag hand-off, 2 channels, 3 jobs, weak hints: exhaustive',
    whole.elapsedMs / 1000,
    's',
    3,
    states(whole.states),
  );

  for (const strategy of ['random', 'pct'] as const satisfies readonly Strategy[]) {
    const { schedules, elapsedMs } = verify(flagHandOff(2, 2), { strategy, schedules: SCHEDULES });
    const perSecond = (schedules / elapsedMs) * 1000;
    add(`flag hand-off, 2 channels, 2 jobs: ${strategy}`, perSecond, 'schedules/s', 100_000, `${schedules} schedules`);
  }

  const start = performance.now();
  const scenarios = primitiveScenarios();
  const found = scenarios.map((scenario) => verify(scenario));
  if (!found.every(({ complete, findings }) => complete && findings.length === 0))
    throw new Error('the primitives are not found right');
  const results = mutate(scenarios, { files: (file) => file.startsWith('src/memory/') });
  const killed = results.filter(({ status }) => status === 'killed').length;
  add(
    'shipped primitives and their mutants',
    (performance.now() - start) / 1000,
    's',
    60,
    `${scenarios.length} scenarios, ${states(found.reduce((sum, report) => sum + report.states, 0))}, ${killed} of ${results.length} mutants killed`,
  );

  add(
    'memory of it all',
    process.resourceUsage().maxRSS / 1024,
    'MiB',
    MOST_MIB,
    'largest resident set of the process',
  );
  return figures;
}

function states(count: number): string {
  return `${count} states`;
}
