// Change points against published series, other programs' values, every possible cut, and simulated histories.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { changePoints, fewestPointsForStep, type SeriesPoint } from './change-points.js';
import { mannKendall, theilSen } from './drift.js';
import { normalValues } from './fixtures/simulated.js';
import { shiftInterval } from './level-changes.js';
import { clippedCost, levelSegments } from './level-segments.js';
import { maximallySelectedP, standardisedRankSum } from './maximal-rank.js';
import { medianError } from './median-error.js';
import { medianInterval } from './quantile.js';

/** Yearly flow of the Nile at Aswan, 1871-1970: it fell in 1899, when the old dam was begun (Cobb 1978). */
const NILE = [
  1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140, 1100,
  1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456,
  824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897,
  822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975,
  815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
];
const BEFORE = NILE.slice(0, 28);
const AFTER = NILE.slice(28);
const pointsOf = (values: readonly number[]): SeriesPoint[] => values.map((value) => ({ value }));
const level = (value: number, count: number, normal: () => number, sd = 0.02) =>
  Array.from({ length: count }, () => value * Math.exp(sd * normal()));

describe('values of R 4.2', () => {
  it('maxstat 0.7-25: pLausen92, and the Wilcoxon statistic of the Nile', () => {
    expect(maximallySelectedP(2, 0.1)).toBeCloseTo(0.4638727688, 9);
    expect(maximallySelectedP(3, 0.02)).toBeCloseTo(0.09789823846, 9);
    expect(maximallySelectedP(3.5, 0.05)).toBeCloseTo(0.01751595772, 9);
    expect(maximallySelectedP(5, 0.1)).toBeCloseTo(3.254927952e-5, 12);
    expect(standardisedRankSum(BEFORE, AFTER)).toBeCloseTo(-6.20718469282, 9);
    expect(maximallySelectedP(6.20718469282, 0.02)).toBeCloseTo(8.18420591408e-8, 15);
  });

  it('strucchange: breakpoints(Nile ~ 1) is 28, which counts from 1', () => {
    expect(changePoints(pointsOf(NILE)).steps.map(({ at }) => at)).toEqual([28]);
    expect(
      levelSegments(
        NILE,
        NILE.map(() => 130),
        { penalty: 2 * Math.log(100), clip: 3 },
      ),
    ).toEqual([28]);
  });

  it('wilcox.test(conf.int = TRUE): the shift of the Nile', () => {
    const { ratio, low, high } = shiftInterval(BEFORE, AFTER);
    expect([ratio, low, high].map((value) => Math.round(Math.log(value)))).toEqual([-260, -316, -196]);
  });

  it('cor.test(method = "kendall", continuity = TRUE) against time, with ties', () => {
    expect(mannKendall(NILE.slice(0, 30)).p).toBeCloseTo(0.592096975885, 9);
    expect(mannKendall(NILE).p / 3.65826292166e-5).toBeCloseTo(1, 8);
  });
});

it('scipy 1.17: theilslopes(method = "joint")', () => {
  const { slope, intercept } = theilSen(NILE.slice(0, 30));
  expect(slope).toBeCloseTo(-1.1111111111111112, 12);
  expect(intercept).toBeCloseTo(1126.6666666666665, 9);
});

describe('stretches of one level', () => {
  const random = new Random(41);
  const normal = normalValues(random);

  it('cost no more than any of all possible cuts with any level', () => {
    const options = { penalty: 3, clip: 2 };
    for (let trial = 0; trial < 60; trial++) {
      const values = Array.from({ length: 8 }, (_, at) => (at < random.below(9) ? 0 : 2) + normal());
      const errors = values.map(() => 0.3 + random.fraction());
      const costOf = (cuts: readonly number[]) =>
        [0, ...cuts].reduce((sum, from, index) => {
          const own = values.slice(from, cuts[index] ?? values.length);
          const each = values.map((at) =>
            clippedCost(
              own.map((value) => value - at),
              errors.slice(from),
              options.clip,
            ),
          );
          return sum + Math.min(...each) + (index > 0 ? options.penalty : 0);
        }, 0);
      const all = Array.from({ length: 2 ** 7 }, (_, mask) =>
        [1, 2, 3, 4, 5, 6, 7].filter((at) => (mask >> (at - 1)) & 1),
      );
      expect(costOf(levelSegments(values, errors, options))).toBeCloseTo(Math.min(...all.map(costOf)), 9);
    }
  });

  it('take no stretch for one point, however far it is', () => {
    const values = level(100, 30, normal);
    values[12] = 1e6;
    expect(
      levelSegments(
        values,
        values.map(() => 2),
        { penalty: 2 * Math.log(30), clip: 3 },
      ),
    ).toEqual([]);
  });
});

describe('a series of known outcome', () => {
  const normal = normalValues(new Random(42));

  it('several steps, both ways, each at its point, with its ratio', () => {
    const values = [...level(100, 20, normal), ...level(90, 15, normal), ...level(120, 20, normal)];
    const { steps, drifts, levels } = changePoints(pointsOf(values));
    expect(steps.map(({ at }) => at)).toEqual([20, 35]);
    expect(steps.map(({ ratio }) => ratio.toFixed(1))).toEqual(['0.9', '1.3']);
    for (const { at, earliest, latest, low, ratio, high } of steps) {
      expect(earliest <= at && at <= latest && low < ratio && ratio < high).toBe(true);
    }
    expect(drifts).toEqual([]);
    expect(levels.map(Math.round)).toEqual([100, 90, 120].map((each) => expect.closeTo(each, -0.5)));
  });

  it('a step is seen five commits later, not three', () => {
    const values = [...level(100, 40, normal), ...level(80, 5, normal)];
    expect(changePoints(pointsOf(values)).steps.map(({ at }) => at)).toEqual([40]);
    expect(changePoints(pointsOf(values.slice(0, 43))).steps).toEqual([]);
  });

  it('what passed is a spell, and no step', () => {
    const values = [...level(100, 20, normal), ...level(70, 6, normal), ...level(100, 20, normal)];
    const { steps, spells } = changePoints(pointsOf(values));
    expect(steps).toEqual([]);
    expect(spells).toMatchObject([{ from: 20, to: 25 }]);
    expect(spells[0]!.ratio).toBeCloseTo(0.7, 1);
  });

  it('a steady rise is one drift over all of it', () => {
    const values = Array.from({ length: 40 }, (_, at) => 100 * Math.exp(at * 0.005 + 0.02 * normal()));
    const { steps, drifts } = changePoints(pointsOf(values));
    expect(steps).toEqual([]);
    expect(drifts).toMatchObject([{ from: 0, to: 39 }]);
    expect(drifts[0]!.ratio).toBeCloseTo(Math.exp(39 * 0.005), 1);
  });

  it('exact counts: no noise at all, and a step', () => {
    expect(changePoints(pointsOf(Array(20).fill(7))).steps).toEqual([]);
    const stepped = [...Array<number>(15).fill(7), ...Array<number>(15).fill(8)];
    expect(changePoints(pointsOf(stepped)).steps.map(({ at, ratio }) => [at, ratio.toFixed(3)])).toEqual([
      [15, '1.143'],
    ]);
  });

  it('noisy points have less say than points that are known well', () => {
    const known = level(100, 24, normal).map((value): SeriesPoint => ({ value, error: 0.01 }));
    const doubtful = level(80, 12, normal).map((value): SeriesPoint => ({ value, error: 0.5 }));
    const sure = doubtful.map(({ value }): SeriesPoint => ({ value, error: 0.01 }));
    expect(changePoints([...known, ...sure]).steps.map(({ at }) => at)).toEqual([24]);
    expect(changePoints([...known, ...doubtful]).steps).toEqual([]);
  });

  it('a halving among too few points: undecided, with the points it needs', () => {
    const values = [...level(100, 6, normal, 0.005), ...level(50, 5, normal, 0.005)];
    const { steps, undecided } = changePoints(pointsOf(values));
    expect(steps).toEqual([]);
    expect(undecided).toEqual([{ at: 6, ratio: expect.closeTo(0.5, 1), needs: 14 }]);
    expect([fewestPointsForStep(1), fewestPointsForStep(24)]).toEqual([14, 17]);
    const longer = [...values, ...level(50, 3, normal, 0.005)];
    expect(changePoints(pointsOf(longer))).toMatchObject({ steps: [{ at: 6 }], undecided: [] });
  });

  it('too few points, and values that are none', () => {
    expect(changePoints(pointsOf([1, 2, 1, 2]))).toMatchObject({
      steps: [],
      drifts: [],
      levels: [expect.closeTo(Math.SQRT2, 9)],
    });
    expect(changePoints([])).toMatchObject({ steps: [], levels: [] });
    expect(() => changePoints(pointsOf([1, 0]))).toThrow('positive');
  });
});

describe('a level that moves by itself', () => {
  const random = new Random(45);
  const normal = normalValues(random);
  /** Keeps `memory` of its distance from 100 at each point, and strays by 3 % in all; a random walk moves by 3 %. */
  const wandering = (count: number, memory: number) => {
    let level = memory < 1 ? normal() : 0;
    const move = memory < 1 ? Math.sqrt(1 - memory ** 2) : 1;
    return Array.from({ length: count }, () => {
      level = memory * level + move * normal();
      return 100 * Math.exp(0.03 * level);
    });
  };

  it.each([0.5, 0.8, 1])('keeps %d of itself: hardly a step, and it is said to wander', (memory) => {
    const all = Array.from({ length: 20 }, () => changePoints(pointsOf(wandering(200, memory))));
    // Judged as independent points about levels, they had 7 to 200 steps.
    expect(all.reduce((sum, { steps }) => sum + steps.length, 0)).toBeLessThanOrEqual(memory === 1 ? 12 : 1);
    if (memory === 1) expect(all.every(({ wanders }) => wanders && Math.abs(wanders.move - 0.03) < 0.01)).toBe(true);
  });

  it('a halving stands out of it, at its point', () => {
    const all = Array.from({ length: 20 }, () => {
      const values = wandering(120, 1).map((value, at) => (at < 70 ? value : value / 2));
      return changePoints(pointsOf(values)).steps.map(({ at }) => at);
    });
    expect(all.filter((steps) => steps.includes(70)).length).toBeGreaterThanOrEqual(16);
  });

  it('a line with noise about it is a drift, not wandering', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 * Math.exp(at * 0.004 + 0.02 * normal()));
    expect(changePoints(pointsOf(values))).toMatchObject({ steps: [], drifts: [{ from: 0, to: 99 }] });
    expect(changePoints(pointsOf(values)).wanders).toBeUndefined();
  });
});

describe('the error of a stored median', () => {
  const normal = normalValues(new Random(43));

  it.each([3, 7, 12])('is near the true one: %i processes', (rounds) => {
    const medians = Array.from({ length: 2000 }, () => {
      const { estimate, low, high } = medianInterval(level(100, rounds, normal, 0.05));
      return { median: estimate, low, high, rounds };
    });
    const squares = medians.map(({ median }) => Math.log(median / 100) ** 2);
    const truth = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    const claimed = medians.reduce((sum, each) => sum + medianError(each)!, 0) / medians.length;
    expect(claimed / truth).toBeGreaterThan(0.95);
    expect(claimed / truth).toBeLessThan(1.35);
  });

  it('is unknown for one process', () => {
    expect(medianError({ median: 5, low: 5, high: 5, rounds: 1 })).toBeUndefined();
  });
});
