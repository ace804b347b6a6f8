// The answer as text: it fits a terminal, says the answer first, and what is not told.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RESULTS_PAGE, shownTuning } from '../../tools/readme.js';
import { readResult } from '../store/read.js';
import { PROJECT } from '../system/project.js';
import { withSpread } from './advice-counts.js';
import { renderAdvice } from './advice-text.js';
import { savedRounds } from './saved.js';
import { adviceFrom } from './tune-saved.js';

/** The run of `tune` that docs/results.md shows: a search of a real machine. */
const path = shownTuning(readFileSync(`${PROJECT}${RESULTS_PAGE}`, 'utf8'))!;
const result = readResult(`${PROJECT}${path}`);
const advice = adviceFrom(result, savedRounds(result, path))!;

describe('renderAdvice', () => {
  it.each([120, 80, 40])('fits %i columns, without colours, the answer first', (columns) => {
    const text = renderAdvice(advice, columns);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text).not.toContain('\u001b');
    expect(text.replace(/\s+/g, ' ')).toMatch(
      advice.decision.form === 'use'
        ? new RegExp(`^use ${advice.channels} channels, ${advice.variant}, wait park`)
        : new RegExp(`cannot be told apart with this data: take ${advice.channels}, or measure (about|for)`),
    );
    expect(text.match(/<- (use|take)/g)).toHaveLength(1);
  });

  const use = { form: 'use', low: -0.004, high: 0.011, processes: 14 } as const;

  it('says use with the interval it rests on, what is undecided, and how the other designs did', () => {
    const other = { ...{ variant: 'mutex', wait: advice.wait, place: 'spread', channels: 3 }, loss: 0.03 };
    const arms = [{ ...other, low: -0.01, high: 0.06, standing: 'undecided' as const }];
    const said = renderAdvice(
      { ...advice, decision: use, undecided: [advice.channels - 1], ended: 'budget', otherArms: arms },
      200,
    );
    expect(said).toContain('smallest count within 2 % of the best: it loses -0.4 to 1.1 %, 14 processes');
    expect(said).toContain(`undecided (the budget ended first): ${advice.channels - 1}`);
    expect(said).toContain(
      'mutex, wait park, placement spread cannot be told apart: with 3 channels it loses -1.0 to 6.0 % of the best',
    );
  });

  it('does not say use of an interval outside the margin, but what to take and how much longer to measure', () => {
    const decision = { form: 'undecided', from: 2, to: 6, mayLose: 0.317, moreProcesses: 20 } as const;
    const said = renderAdvice({ ...advice, channels: 2, decision, secondsPerProcess: 10 }, 200);
    expect(said).not.toMatch(/\buse\b/);
    expect(said).toContain(
      '2 to 6 channels cannot be told apart with this data: take 2, or measure about 4 min longer',
    );
    expect(said).toContain('2 channels may lose up to 31.7 % of the best');
    const alone = { ...advice, channels: 8, decision: { ...decision, from: 8, to: 8 }, secondsPerProcess: 10 };
    expect(renderAdvice({ ...alone, otherArms: [] }, 200)).toMatch(
      /^8 channels did best, which with this data may be chance: take 8, or measure about 4 min longer\n/,
    );
    const arm = { variant: 'mutex', wait: advice.wait, place: 'spread', channels: 3, loss: 0.03 } as const;
    const beside = { ...arm, low: -0.01, high: 0.06, standing: 'undecided' } as const;
    expect(renderAdvice({ ...alone, otherArms: [beside] }, 200).split('\n')[0]).toBe(
      `8 channels of ${advice.variant} and other designs cannot be told apart with this data: take 8, or measure about 4 min longer`,
    );
    const none = renderAdvice({ ...advice, decision: { form: 'nothing', because: 'a reason' } }, 200);
    expect(none).toMatch(/^nothing can be said, because a reason\n/);
    expect(none).not.toMatch(/<- |\buse\b/);
  });

  it('says where the range ends, and why there is no prediction', () => {
    const last = renderAdvice({ ...advice, decision: use, range: { ...advice.range, most: advice.channels } }, 200);
    expect(last).toContain('is the most that was measured: more may be better');
    const { binds: _, ...without } = advice;
    expect(renderAdvice({ ...without, unpredicted: 'a reason' }, 200)).toContain('not known: a reason');
  });
});

it('prints no interval of fewer processes than have one of 95 %', () => {
  const alike = { median: 1000, low: 999.9, high: 1000.1 };
  expect(withSpread({ ...alike, rounds: 2 }, 1)).toBe('1000');
  expect(withSpread({ median: 1000, low: 900, high: 1100, rounds: 6 }, 1)).toBe('1000 ±10%');
});
