// The adaptive search: a coarse grid of channel counts, then finer round the knee, until the answer stands.
import { type Candidate, keyOf, type MeasureRound, type Round } from './candidate.js';
import { isWithinMargin } from './decision.js';
import { type Ranked, type Ranking, rank, scoresOf } from './ranking.js';

/** `stable`: more rounds would not change the answer; `rounds`: the most rounds were taken and some counts are undecided. */
export type Ended = 'stable' | 'rounds' | 'budget' | 'interrupted';

export interface SearchOptions {
  /** For each arm the counts that it can be measured at, ascending. */
  readonly arms: readonly (readonly number[])[];
  readonly measure: MeasureRound;
  /** Whether a candidate keeps the limits of the user, by the rounds so far; absent, there are none. */
  readonly eligible?: (candidate: Candidate, rounds: readonly Round[]) => boolean;
  /** Asked before each round: whether a round of so many candidates still fits the budget. */
  readonly fits?: (candidates: number) => boolean;
  /** Told after each round. */
  readonly progress?: (found: Found) => void;
}

export interface Found {
  readonly rounds: readonly Round[];
  /** Absent while nothing can be said: no two rounds, or no candidate keeps the limits. */
  readonly ranking?: Ranking;
  readonly answer?: Ranked;
  /** What the next rounds measure. */
  readonly next: readonly Candidate[];
}

/** Of the coarse grid: dense where few channels differ most, then by about a third more. */
const COARSE = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64];
const COARSE_ROUNDS = 3;
const ROUNDS_A_STEP = 2;
/** Fewer rounds of the answer decide nothing. */
const LEAST_ROUNDS = 12;
export const MOST_ROUNDS = 23;
/** Between counts that are alike and nearer to each other than this ratio no peak is looked for. */
const WIDE = 1.15;
/** Candidates of an arm that a round after the coarse grid measures, at most. */
const MOST_AT_ONCE = 10;
/** What is this unlikely to be equal is not measured further, though it takes more to call it worse. */
const HOPELESS = 0.05;
/** And so unlikely after few rounds, in which luck makes more. */
const HOPELESS_AT_ONCE = 0.005;
const FEW_ROUNDS = 7;
/** Beside the answer and what is undecided, the highest stay in: what is best is chosen among them. */
const LEADERS = 2;

/** Searches until the answer stands, the budget ends or a round is interrupted; what was found so far is returned. */
export async function search(options: SearchOptions): Promise<Found & { readonly ended: Ended }> {
  const { arms, measure, fits, progress } = options;
  const rounds: Round[] = [];
  const taken = new Map<string, number>();
  let next: readonly Candidate[] = arms.flatMap((counts, arm) => coarse(counts).map((channels) => ({ arm, channels })));
  let found: Found = { rounds, next };
  for (;;) {
    const before = found.answer;
    const steps = rounds.length === 0 ? COARSE_ROUNDS : ROUNDS_A_STEP;
    for (let step = 0; step < steps; step++) {
      // Two rounds are the fewest that say anything.
      if (rounds.length >= 2 && fits?.(next.length) === false) return { ...found, ended: 'budget' };
      const round = await measure(rounds.length, next);
      if (!round) return { ...found, ended: 'interrupted' };
      rounds.push(round);
      for (const candidate of next) taken.set(keyOf(candidate), (taken.get(keyOf(candidate)) ?? 0) + 1);
      found = { ...judge(options, rounds), next };
      progress?.(found);
    }
    const { answer, ranking } = found;
    const seen = new Set(rounds.flat().map(({ candidate }) => keyOf(candidate)));
    // What was asked for and never came has failed.
    const unknown = proposals(
      options,
      rounds,
      ranking,
      (candidate) => taken.has(keyOf(candidate)) && !seen.has(keyOf(candidate)),
    );
    const open = (ranking?.ranked ?? []).filter((each) => isOpen(each, answer)).sort((x, y) => x.loss - y.loss);
    const same = answer !== undefined && before !== undefined && keyOf(answer.candidate) === keyOf(before.candidate);
    const settled = same && (taken.get(keyOf(answer.candidate)) ?? 0) >= LEAST_ROUNDS && isWithinMargin(answer);
    if (unknown.length === 0 && open.length === 0 && (settled || !ranking)) return { ...found, ended: 'stable' };
    if (rounds.length >= MOST_ROUNDS) return { ...found, ended: 'rounds' };
    const wanted = [
      ...unknown,
      ...beside(options, answer),
      ...leaders(rounds, ranking),
      ...open.map(({ candidate }) => candidate),
    ];
    next = unique(wanted).slice(0, MOST_AT_ONCE * arms.length);
  }
}

/** The answer: the smallest count that is shown to be equal to the best. The first of the arms where several have it. */
export function judge({ eligible }: Pick<SearchOptions, 'eligible'>, rounds: readonly Round[]): Omit<Found, 'next'> {
  const ranking = rank(rounds, (candidate) => eligible?.(candidate, rounds) !== false);
  const equal = ranking?.ranked.filter(({ standing }) => standing === 'equal') ?? [];
  const [answer] = equal.toSorted(
    (x, y) => x.candidate.channels - y.candidate.channels || x.candidate.arm - y.candidate.arm,
  );
  return { rounds, ...(ranking && { ranking }), ...(answer && { answer }) };
}

/** Whether it could still become the answer. */
function isOpen({ candidate, standing, p, rounds }: Ranked, answer: Ranked | undefined): boolean {
  if (standing !== 'undecided' || p < (rounds < FEW_ROUNDS ? HOPELESS_AT_ONCE : HOPELESS)) return false;
  if (!answer) return true;
  const { channels, arm } = answer.candidate;
  return candidate.channels < channels || (candidate.channels === channels && candidate.arm < arm);
}

function coarse(counts: readonly number[]): number[] {
  return counts.filter((count, at) => at === 0 || at === counts.length - 1 || COARSE.includes(count));
}

/** Counts not measured yet that may be the answer: half-way to the neighbours of the best, and below the first that is not worse. */
function proposals(
  { arms, eligible }: SearchOptions,
  rounds: readonly Round[],
  ranking: Ranking | undefined,
  failed: (candidate: Candidate) => boolean,
): Candidate[] {
  if (!ranking) return [];
  const scores = scoresOf(rounds);
  return arms.flatMap((counts, arm) => {
    const tested = testedIn(rounds, arm);
    const standing = new Map(
      ranking.ranked
        .filter(({ candidate }) => candidate.arm === arm)
        .map((each) => [each.candidate.channels, each.standing]),
    );
    const good = tested.filter((channels) => (standing.get(channels) ?? 'worse') !== 'worse');
    if (good.length === 0) return [];
    const top = good.reduce((best, each) =>
      scores.get(keyOf({ arm, channels: each }))! > scores.get(keyOf({ arm, channels: best }))! ? each : best,
    );
    const gaps: [number, number][] = [];
    tested.slice(1).forEach((high, at) => {
      const low = tested[at]!;
      const worse = [low, high].some((channels) => (standing.get(channels) ?? 'worse') === 'worse');
      const wide = high / low > WIDE;
      if (high === good[0] || ((low === top || high === top) && (worse || wide))) gaps.push([low, high]);
    });
    // Where a limit is kept at one count and broken at the next that was measured, the last that keeps it is between.
    tested.forEach((channels, at) => {
      const kept = (count: number) => eligible?.({ arm, channels: count }, rounds) !== false;
      if (at > 0 && kept(channels) !== kept(tested[at - 1]!)) gaps.push([tested[at - 1]!, channels]);
    });
    const middles = gaps.flatMap(([low, high]) => {
      const between = counts.filter((count) => count > low && count < high && !failed({ arm, channels: count }));
      return between.length === 0 ? [] : [between[(between.length - 1) >> 1]!];
    });
    return [...new Set(middles)].map((channels) => ({ arm, channels }));
  });
}

function testedIn(rounds: readonly Round[], arm: number): number[] {
  const all = rounds.flat().filter(({ candidate }) => candidate.arm === arm);
  return [...new Set(all.map(({ candidate }) => candidate.channels))].sort((x, y) => x - y);
}

/** The best, and those of the highest throughput after it. */
function leaders(rounds: readonly Round[], ranking: Ranking | undefined): Candidate[] {
  if (!ranking) return [];
  const scores = scoresOf(rounds);
  const high = ranking.ranked
    .filter(({ standing }) => standing !== 'worse')
    .map(({ candidate }) => candidate)
    .sort((x, y) => scores.get(keyOf(y))! - scores.get(keyOf(x))!);
  return [ranking.best, ...high.slice(0, LEADERS + 1)];
}

/** The answer, and what it is said to gain over: one channel less, and QEMU's default of 2. */
function beside({ arms }: SearchOptions, answer: Ranked | undefined): Candidate[] {
  if (!answer) return [];
  const { arm, channels } = answer.candidate;
  const wanted = [channels, channels - 1, 2];
  return wanted.filter((count) => arms[arm]!.includes(count)).map((count) => ({ arm, channels: count }));
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  return [...new Map(candidates.map((candidate) => [keyOf(candidate), candidate])).values()];
}
