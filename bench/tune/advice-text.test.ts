// The answer as text: it fits a terminal, says the answer first, and what is not told.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shownTuning } from '../../tools/readme.js';
import { readResult } from '../store/read.js';
import { PROJECT } from '../system/project.js';
import { renderAdvice } from './advice-text.js';
import { savedRounds } from './saved.js';
import { adviceFrom } from './tune-saved.js';

/** The run of `tune` that README.md shows: a search of a real machine. */
const path = shownTuning(readFileSync(`${PROJECT}README.md`, 'utf8'))!;
const result = readResult(`${PROJECT}${path}`);
const advice = adviceFrom(result, savedRounds(result, path, {}))!;

describe('renderAdvice', () => {
  it.each([120, 80, 40])('fits %i columns, without colours, the answer first', (columns) => {
    const text = renderAdvice(advice, columns);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text).not.toContain('\u001b');
    expect(text.replace(/\s+/g, ' ')).toMatch(
      new RegExp(`^use ${advice.channels} channels, variant ${advice.variant}, wait park`),
    );
    expect(text.match(/<- use/g)).toHaveLength(1);
  });

  it('says what is not told, and where the range ends', () => {
    const open = renderAdvice({ ...advice, undecided: [advice.channels - 1], ended: 'budget' }, 200);
    expect(open).toContain(`not told: whether ${advice.channels - 1} would do as well (the budget ended first)`);
    const last = renderAdvice({ ...advice, range: { ...advice.range, most: advice.channels } }, 200);
    expect(last).toContain('more may be better, which nothing here says');
    const { binds: _, ...without } = advice;
    expect(renderAdvice({ ...without, unpredicted: 'a reason' }, 200)).toContain('not known: a reason');
  });
});
