// The search: right on simulated systems, within its share of measurements; limits, budgets and interrupts; what ranks.
import { describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { Random } from '../../src/random.js';
import { type Candidate, keyOf, type MeasureRound, type Reading, type Round } from './candidate.js';
import { type SimulatedSystem, simulatedMeasure } from './fixtures/simulated-systems.js';
import { simulate } from './fixtures/simulation.js';
import { rank } from './ranking.js';
import { search } from './search.js';

const counts = Array.from({ length: 64 }, (_, at) => at + 1);
const quiet = (throughput: SimulatedSystem['throughput']): SimulatedSystem => ({
  ...{ kind: 'bounds', name: 'quiet', throughput, processNoise: 0.005, turnNoise: 0.01 },
});
/** Rises to a knee, then stays. */
const knee = (at: number) => quiet((channels) => 1000 * Math.min(channels, at));

describe.runIf(isLong)('simulated systems', () => {
  it('names a count of the true equal set in 95 % of 60 systems, with a third of the measurements of the full grid', {
    timeout: 180_000,
  }, async () => {
    const { trials, correctShare, mostReadings, fullGrid } = await simulate(60, 1);
    expect(trials).toHaveLength(60);
    expect(new Set(trials.map(({ kind }) => kind))).toEqual(new Set(['bounds', 'usl', 'kinked']));
    const wrong = trials.filter(({ correct }) => !correct);
    expect(correctShare, JSON.stringify(wrong)).toBeGreaterThanOrEqual(0.95);
    expect(mostReadings).toBeLessThanOrEqual(fullGrid / 3);
    // The systems are of all sizes: an answer that is always the same would not do.
    expect(new Set(trials.map(({ trueEqualSet }) => trueEqualSet[0])).size).toBeGreaterThan(12);
  });
});

describe.skipIf(isLong)('the search', () => {
  it.each([1, 7, 23, 30])('finds a knee at %i, between the counts of the coarse grid too', async (at) => {
    const { answer, ended, ranking } = await search({
      arms: [counts],
      measure: simulatedMeasure([knee(at)], new Random(at)),
    });
    expect(answer!.candidate).toEqual({ arm: 0, channels: at });
    expect(ended).toBe('stable');
    for (const { candidate, standing } of ranking!.ranked) {
      if (candidate.channels < at * 0.9) expect(standing, keyOf(candidate)).toBe('worse');
    }
  });

  it('takes the fewest channels over several arms, and the first arm where several have it', async () => {
    const systems = [knee(9), knee(5), quiet((channels) => 800 * Math.min(channels, 5)), knee(5)];
    const { answer, ranking } = await search({
      arms: [counts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], counts, counts],
      measure: simulatedMeasure(systems, new Random(3)),
    });
    // The second reaches 5000 and the first 9000: it is no match.
    expect(answer!.candidate).toEqual({ arm: 0, channels: 9 });
    expect(
      ranking!.ranked.filter(({ candidate }) => candidate.arm === 2).every(({ standing }) => standing === 'worse'),
    ).toBe(true);
    const alike = await search({
      arms: [counts, counts],
      measure: simulatedMeasure([knee(5), knee(5)], new Random(4)),
    });
    expect(alike.answer!.candidate).toEqual({ arm: 0, channels: 5 });
    expect(alike.ranking!.ranked.find(({ candidate }) => keyOf(candidate) === '1/5')!.standing).toBe('equal');
  });

  it('keeps to a limit, and looks for the last count that keeps it', async () => {
    const eligible = ({ channels }: Candidate) => channels <= 21;
    const { answer } = await search({ arms: [counts], measure: simulatedMeasure([knee(40)], new Random(5)), eligible });
    expect(answer!.candidate.channels).toBe(21);
    const none = await search({
      arms: [[1, 2, 4]],
      measure: simulatedMeasure([knee(2)], new Random(5)),
      eligible: () => false,
    });
    expect([none.answer, none.ended]).toEqual([undefined, 'stable']);
  });

  it('stops where the budget or an interrupt ends it, with what is known', async () => {
    const measure = simulatedMeasure([knee(6)], new Random(6));
    let left = 5;
    const poor = await search({ arms: [counts], measure, fits: () => left-- > 0 });
    expect([poor.ended, poor.rounds.length]).toEqual(['budget', 7]);
    expect(poor.answer).toBeDefined();
    const cut: MeasureRound = async (round, candidates) => (round < 4 ? measure(round, candidates) : undefined);
    const interrupted = await search({ arms: [counts], measure: cut });
    expect([interrupted.ended, interrupted.rounds.length]).toEqual(['interrupted', 4]);
    const nothing = await search({ arms: [counts], measure: async () => undefined });
    expect([nothing.ended, nothing.answer]).toEqual(['interrupted', undefined]);
  });

  it('goes on without a candidate that fails', async () => {
    const measure = simulatedMeasure([knee(6)], new Random(8));
    const failing: MeasureRound = async (round, candidates) =>
      (await measure(round, candidates))!.filter(({ candidate }) => candidate.channels !== 6);
    const { answer, ended } = await search({ arms: [counts], measure: failing });
    expect(answer!.candidate.channels).toBe(7);
    expect(ended).toBe('stable');
  });
});

describe.skipIf(isLong)('the ranking', () => {
  const reading = (channels: number, value: number): Reading => ({
    candidate: { arm: 0, channels },
    turns: [[value], [value]],
    values: {},
  });
  const rounds = (count: number, values: (round: number) => Readonly<Record<number, number>>): Round[] =>
    Array.from({ length: count }, (_, at) =>
      Object.entries(values(at)).map(([channels, value]) => reading(Number(channels), value)),
    );

  it('compares within processes, however much those differ', () => {
    const { best, ranked } = rank(
      rounds(8, (at) => ({ 1: 100 * 2 ** at, 2: 110 * 2 ** at * (1 + 0.001 * (at % 2)) })),
    )!;
    expect(best.channels).toBe(2);
    expect(ranked[0]).toMatchObject({ standing: 'worse', rounds: 8 });
    expect(ranked[0]!.loss).toBeCloseTo(1 - 1 / 1.1, 2);
    expect(ranked[1]!.standing).toBe('equal');
  });

  it('says undecided where the noise is larger than the difference', () => {
    const { ranked } = rank(rounds(5, (at) => ({ 1: 100 + 12 * (at % 3), 2: 108 - 6 * (at % 2) })))!;
    expect(ranked.map(({ standing }) => standing)).toContain('undecided');
  });

  it('needs two rounds', () => {
    expect(rank(rounds(1, () => ({ 1: 1, 2: 2 })))).toBeUndefined();
    expect(rank([])).toBeUndefined();
  });
});
