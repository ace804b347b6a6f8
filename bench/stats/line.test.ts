import { describe, expect, it } from 'vitest';
import { fitLine, valueAt } from './line.js';

// biome-ignore format: a table, several points a line
/** NIST StRD, Norris: y, x. */
const NORRIS = [
  [0.1, 0.2], [338.8, 337.4], [118.1, 118.2], [888.0, 884.6], [9.2, 10.1], [228.1, 226.5], [668.5, 666.3],
  [998.5, 996.3], [449.1, 448.6], [778.9, 777.0], [559.2, 558.2], [0.3, 0.4], [0.1, 0.6], [778.1, 775.5],
  [668.8, 666.9], [339.3, 338.0], [448.9, 447.5], [10.8, 11.6], [557.7, 556.0], [228.3, 228.1], [998.0, 995.8],
  [888.8, 887.6], [119.6, 120.2], [0.3, 0.3], [0.6, 0.3], [557.6, 556.8], [339.3, 339.1], [888.0, 887.2],
  [998.5, 999.0], [778.9, 779.0], [10.2, 11.1], [117.6, 118.3], [228.9, 229.2], [668.4, 669.1], [449.2, 448.9],
  [0.2, 0.5],
];

describe('fitLine', () => {
  it('agrees with the certified values of NIST StRD Norris', () => {
    const line = fitLine(NORRIS.map(([value, dose]) => ({ dose, value })));
    expect(line.intercept).toBeCloseTo(-0.262323073774029, 10);
    expect(line.slope).toBeCloseTo(1.00211681802045, 12);
  });

  it('goes through two points', () => {
    const line = fitLine([
      { dose: 1, value: 10 },
      { dose: 5, value: 30 },
    ]);
    expect(line).toEqual({ slope: 5, intercept: 5 });
    expect(valueAt(line, 3)).toBe(20);
  });

  it('refuses a single dose and no points', () => {
    expect(() =>
      fitLine([
        { dose: 2, value: 1 },
        { dose: 2, value: 3 },
      ]),
    ).toThrow('got only 2');
    expect(() => fitLine([])).toThrow('at least one');
  });
});
