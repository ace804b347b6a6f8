// Error rates of the whole path from visits to verdicts, on simulated data with a fixed seed.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { type Comparison, compare } from './comparison.js';
import {
  type Noise,
  normalValues,
  shareOf,
  simulatedProcesses,
  simulatedTurns,
  type TurnNoise,
} from './fixtures/simulated.js';
import { holm } from './holm.js';
import { pairTurns } from './paired.js';
import { APART, type Bar, SIDE_BY_SIDE, type Verdict, verdict } from './verdict.js';

const normal = normalValues(new Random(31));

function verdicts(family: readonly Comparison[], bar = APART): Verdict[] {
  const adjusted = holm(family.map(({ p }) => p));
  return family.map((comparison, index) => verdict(comparison, adjusted[index], { better: 'higher', bar }));
}

const once = (noise: Noise) => compare(simulatedProcesses(normal, noise));
const differs = (word: Verdict) => word === 'faster' || word === 'slower';

describe('two equal designs', () => {
  it.each([
    { processes: 6, visit: 0.03, process: 0 },
    { processes: 6, visit: 0.005, process: 0.03 },
    { processes: 10, visit: 0.03, process: 0.03 },
    { processes: 8, visit: 0.1, process: 0.05 },
  ])('are told apart in less than 1 % of runs: $processes processes, noise $visit and $process', (noise) => {
    expect(shareOf(1000, () => differs(verdicts([once({ ratio: 1, ...noise })])[0]))).toBeLessThan(0.01);
  });

  it('are told apart in less than 2 % of tables of eight rows', () => {
    const table = () => Array.from({ length: 8 }, () => once({ ratio: 1, processes: 6, visit: 0.01, process: 0.03 }));
    expect(shareOf(150, () => verdicts(table()).some(differs))).toBeLessThan(0.02);
  });

  it('are called the same when the noise allows it', () => {
    const quiet: Noise = { ratio: 1, processes: 6, visit: 0.01, process: 0.01 };
    expect(shareOf(300, () => verdicts([once(quiet)])[0] === 'same')).toBeGreaterThan(0.95);
  });
});

describe('two equal designs side by side', () => {
  const beside = (noise: Omit<Noise, 'ratio'>) => verdicts([once({ ratio: 1, ...noise })], SIDE_BY_SIDE)[0]!;

  // No noise floor stands behind the interval here: its own error rate is all there is.
  it.each([
    { processes: 7, visit: 0.03, process: 0 },
    { processes: 7, visit: 0.1, process: 0 },
    { processes: 7, visit: 0.1, process: 0.1 },
  ])('are told apart in less than 2.5 % of runs, however noisy: $visit and $process', (noise) => {
    expect(shareOf(2000, () => differs(beside(noise)))).toBeLessThan(0.025);
  });

  it('are told apart in less than 2.5 % of tables of four rows', () => {
    const table = () => Array.from({ length: 4 }, () => once({ ratio: 1, processes: 7, visit: 0.05, process: 0.03 }));
    expect(shareOf(600, () => verdicts(table(), SIDE_BY_SIDE).some(differs))).toBeLessThan(0.025);
  });

  it('are told apart in less than 0.1 % of quiet runs, as they differ by less than 1 %', () => {
    expect(shareOf(2000, () => differs(beside({ processes: 7, visit: 0.005, process: 0.005 })))).toBeLessThan(0.001);
  });

  it('are found when they differ by 4 %, in runs that a noise floor would leave unclear', () => {
    const noise: Noise = { ratio: 1 / 1.04, processes: 7, visit: 0.02, process: 0 };
    const found = (bar: Bar) => shareOf(400, () => verdicts([once(noise)], bar)[0] === 'slower');
    expect(found(SIDE_BY_SIDE)).toBeGreaterThan(0.85);
    expect(found({ ...SIDE_BY_SIDE, isFloored: true })).toBeLessThan(0.8);
  });
});

describe('two different designs', () => {
  it('are hardly ever called the same at the edge of the margin', () => {
    const edge: Noise = { ratio: 1.05, processes: 6, visit: 0.01, process: 0.01 };
    expect(shareOf(1000, () => verdicts([once(edge)])[0] === 'same')).toBeLessThan(0.04);
  });

  it.each([6, 8, 10])('are found when they differ by 10 %: %i processes, noise 2 %', (processes) => {
    const word = (ratio: number) => verdicts([once({ ratio, processes, visit: 0.02, process: 0.02 })])[0];
    expect(shareOf(150, () => word(1.1) === 'faster')).toBeGreaterThan(0.97);
    expect(shareOf(150, () => word(1 / 1.1) === 'slower')).toBeGreaterThan(0.97);
  });

  // At this noise a third of the runs say that they do not resolve 10 %, and count for nothing here.
  it('are found in more than 91 % of the runs that say they resolve them', () => {
    const noise: Noise = { ratio: 1 / 1.1, processes: 6, visit: 0.04, process: 0 };
    const able = Array.from({ length: 1200 }, () => once(noise)).filter(({ resolvable }) => resolvable <= 0.1);
    expect(able.length / 1200).toBeGreaterThan(0.5);
    expect(able.length / 1200).toBeLessThan(0.75);
    const found = able.filter((comparison) => verdicts([comparison])[0] === 'slower');
    expect(found.length / able.length).toBeGreaterThan(0.91);
  });
});

describe('designs whose turns alternate, on a machine whose level wanders and whose turns are hit by bursts', () => {
  const random = new Random(32);
  const ofTurns = normalValues(random);
  const run = (noise: TurnNoise) => compare(simulatedTurns(random, ofTurns, noise).map(({ a, b }) => pairTurns(a, b)));
  const shared = { processes: 10, mirrors: 3, wander: 0.1 };

  it.each([
    { turn: 0.03, bursts: 0, process: 0 },
    { turn: 0.03, bursts: 0.1, process: 0 },
    { turn: 0.04, bursts: 0.05, process: 0.04 },
    { turn: 0.01, bursts: 0.2, process: 0.01 },
  ])('are told apart in less than 1 % of runs when they are equal: $turn, $bursts, $process', (noise) => {
    const equal = { ...shared, ...noise, ratio: 1 };
    expect(shareOf(600, () => differs(verdicts([run(equal)])[0]))).toBeLessThan(0.01);
  });

  it.each([
    { turn: 0.03, bursts: 0.1, process: 0, able: 0.5 },
    { turn: 0.02, bursts: 0.05, process: 0.03, able: 0.75 },
    { turn: 0.04, bursts: 0.05, process: 0.04, able: 0.65 },
  ])('are found in more than 91 % of the runs that say they resolve 10 %: $turn, $bursts, $process', (noise) => {
    const different = { ...shared, ...noise, ratio: 1 / 1.1 };
    const all = Array.from({ length: 600 }, () => run(different));
    const able = all.filter(({ resolvable }) => resolvable <= 0.1);
    expect(able.length / all.length).toBeGreaterThan(noise.able);
    const found = able.filter((comparison) => verdicts([comparison])[0] === 'slower');
    expect(found.length / able.length).toBeGreaterThan(0.91);
  });
});
