// The answer of `tune` as text: the answer first, then why, then the counts that were measured.
import { processes } from '../base/quantities.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { wrap } from '../terminal/wrap.js';
import type { Advice } from './advice.js';
import { countsTable, curveOf } from './advice-counts.js';
import { factsOf, many } from './advice-facts.js';
import { showArm } from './space.js';

export function renderAdvice(advice: Advice, columns: number): string {
  const head = headOf(advice).map((line) => wrap(line, columns));
  const facts = factsOf(advice, columns);
  return [...head, '', ...facts, '', ...countsTable(advice, columns), ...curveOf(advice, columns)].join('\n');
}

/** The first lines: what to do, how sure that is, and how the other designs did. */
export function headOf(advice: Advice): string[] {
  const { decision, channels, equalSet, undecided, range } = advice;
  if (decision.form === 'nothing') return [`nothing can be said, because ${decision.because}`];
  const lines: string[] = [];
  if (decision.form === 'use') {
    const interval = `${share(decision.low)} to ${share(decision.high)} %`;
    lines.push(
      `use ${many(channels)}, ${showArm(advice)}`,
      `smallest count within ${share(LEAST_DIFFERENCE, 0)} % of the best: it loses ${interval}, ${processes(decision.processes)}`,
    );
    const others = equalSet.filter((count) => count !== channels);
    if (others.length > 0) lines.push(`also within ${share(LEAST_DIFFERENCE, 0)} %: ${others.join(', ')}`);
    if (undecided.length > 0) lines.push(`undecided${endOf(advice)}: ${undecided.join(', ')}`);
  } else {
    const { from, to, mayLose } = decision;
    lines.push(
      `${openCounts(advice, from, to)}${endOf(advice)}: take ${channels}, or measure ${longer(advice)}`,
      `${showArm(advice)}; ${many(channels)} may lose up to ${share(mayLose)} % of the best`,
    );
  }
  lines.push(...otherDesigns(advice));
  if (channels === range.most) lines.push(`${channels} is the most that was measured: more may be better`);
  return lines;
}

/** What is open: which of several counts; whether another design does as well; or whether the best count's lead is real. */
function openCounts({ otherArms, variant }: Advice, from: number, to: number): string {
  const open = 'cannot be told apart with this data';
  if (from !== to) return `${from} to ${many(to)} ${open}`;
  if (otherArms.some(({ standing }) => standing !== 'worse'))
    return `${many(from)} of ${variant} and other designs ${open}`;
  return `${many(from)} did best, which with this data may be chance`;
}

/** A line for each other design or wait: nobody is left out of the answer. */
function otherDesigns({ otherArms }: Advice): string[] {
  return otherArms.map((arm) => {
    const said = { equal: 'does as well', undecided: 'cannot be told apart', worse: 'is slower' }[arm.standing];
    const loss = Number.isFinite(arm.low) ? `${share(arm.low)} to ${share(arm.high)}` : share(arm.loss);
    return `${showArm(arm)} ${said}: with ${many(arm.channels)} it loses ${loss} % of the best`;
  });
}

function longer({ decision, secondsPerProcess }: Advice): string {
  if (decision.form !== 'undecided') return '';
  const { moreProcesses } = decision;
  if (secondsPerProcess === undefined) return `${moreProcesses} processes more`;
  const seconds = moreProcesses * secondsPerProcess;
  if (seconds > 2 * 3600) return 'for hours';
  if (seconds > 100) return `about ${Math.ceil(seconds / 60)} min longer`;
  return `about ${Math.max(10, 10 * Math.ceil(seconds / 10))} s longer`;
}

function endOf({ ended }: Advice): string {
  return ended === 'budget' ? ' (the budget ended first)' : '';
}

/** As percent; losses below 0 are gains. */
function share(value: number, digits = 1): string {
  return (value * 100).toFixed(digits);
}
