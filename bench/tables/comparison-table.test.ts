// The tables of a run as people read them: processes of each row, verdicts of all named designs, numbers that say something.
import { describe, expect, it } from 'vitest';
import { compareWithBaseline } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { renderTables } from './comparison-table.js';
import { formatOf } from './format.js';

const SPEC = { id: 'hand-off', title: 'Hand-off', axes: {}, columns: 'channels', metrics: ['jobsPerSecond'], turns: 3 };
const speeds: Readonly<Record<string, number>> = { mutex: 20_000, mine: 40_000, tiny: 50 };
const made = madeUpResult({
  ...{ variants: ['mutex', 'atomic-barrier', 'mine', 'tiny'], rounds: 8, channels: [1, 2, 4, 8] },
  speed: (variant) => speeds[variant] ?? 20_000,
});
const named: Result = { ...made, run: { ...made.run, flags: { variants: 'mutex,atomic-barrier,./mine.js,tiny' } } };
const render = (result: Result) => renderTables(result, [SPEC as never]);

describe('the tables of a run', () => {
  it('say how many processes each row rests on', () => {
    const cells = made.cells.map((cell) =>
      cell.variant === 'mine'
        ? { ...cell, metrics: { jobsPerSecond: { ...cell.metrics.jobsPerSecond!, rounds: 3 } } }
        : cell,
    );
    const text = render({ ...made, cells } as Result);
    expect(text).toMatch(/│ mine +│[^\n]*\n│ n 3 /);
    expect(text).toMatch(/│ mutex +│[^\n]*\n│ n 8 /);
    expect(text).not.toContain('2 visits each');
    expect(text).toMatch(/│ mutex +│ +[\d.]+[a-z*]* ±/);
    expect(text).toMatch(/│ mine +│ +[\d.]+[a-z*]* +│/);
  });

  it('judge every design that was named, the pair alone where none was', () => {
    expect(render(named)).toContain('mine and mutex: FASTER at 1 ch (x2.0');
    expect(render(named)).toContain('atomic-barrier and mutex: SAME');
    expect(render(made)).not.toContain('mine and mutex');
  });

  it('compare with the first design that was named, whichever it is', () => {
    const cells = made.cells.filter(({ variant }) => variant !== 'tiny');
    const compared = compareWithBaseline(cells, 'jobsPerSecond', ['mine', 'mutex']);
    expect(new Set(compared.map(({ a }) => a))).toEqual(new Set(['mine']));
  });

  it('show a tenth and less as a fraction, and wide intervals as ranges', () => {
    const text = render(named);
    expect(text).toMatch(/│ +1\/\d{3} ±\d+%/);
    expect(text).not.toMatch(/x0\.0/);
    const wide = made.cells.map((cell) => ({
      ...cell,
      metrics: { jobsPerSecond: { median: 20_000, low: 5_000, high: 60_000, rounds: 8 } },
    }));
    expect(render({ ...made, cells: wide, comparisons: [] } as Result)).toContain('5.00 to 60.0');
  });

  it('mark cells whose turns were long, as a design in them sleeps more in short ones', () => {
    const long = (variant: string) => variant === 'mine' || variant === 'mutex';
    const cells = made.cells.map((cell) =>
      long(cell.variant)
        ? { ...cell, visits: cell.visits.map((visit, at) => ({ ...visit, ...(at === 3 && { longTurns: true }) })) }
        : cell,
    );
    const text = render({ ...made, cells });
    expect(text).toContain('l long turns, of 50 ms');
    expect(text).toMatch(/│ mine +│ +[\d.]+[a-z*]*l /);
    expect(text).toMatch(/│ tiny +│ +[\d.]+[a-km-z*]* /);
    expect(render(made)).not.toContain('l long turns');
  });

  it('mark a ratio that runs against the medians beside it', () => {
    const comparisons = made.comparisons.map((each) => (each.b === 'mine' ? { ...each, ratio: 0.5 } : each));
    const text = render({ ...made, comparisons });
    expect(text).toContain('r ratio and medians differ in direction');
    expect(render(made)).not.toContain('r ratio and medians');
  });

  it('fit 80 columns', () => {
    for (const line of render(named).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});

describe('--format', () => {
  it('is a table unless TSV is asked for, piped or not', () => {
    expect([formatOf(undefined), formatOf('tsv')]).toEqual(['table', 'tsv']);
    expect(() => formatOf('tvs')).toThrow('--format: got "tvs", takes table, markdown, csv, tsv (did you mean "tsv"?)');
  });
});
