// tune --validate: a full sweep of the counts in fresh processes, and whether any of them beats the one that was advised.

import type { Interrupts } from '../base/interrupts.js';
import { compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { pairTurns } from '../stats/paired.js';
import { type Verdict, verdict } from '../stats/verdict.js';
import type { Machine } from '../system/machine.js';
import { boxed } from '../terminal/boxed-table.js';
import { ProgressLine } from '../terminal/progress.js';
import type { Advice } from './advice.js';
import { keyOf, type Round } from './candidate.js';
import { Measuring } from './measuring.js';
import type { Space } from './space.js';

/** Of a rigorous run. */
const ROUNDS = 12;
/** Every count up to here, then some: each of many channels takes longest. What is like the best is swept as well. */
const EVERY = 12;
const THINNED = new Set([14, 16, 20, 24, 32, 48, 64]);

interface Swept {
  readonly channels: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly adjustedP: number;
  readonly verdict: Verdict;
}

/**
 * Returns 0 when no count is FASTER than the advised one, 1 when one is or one cannot be judged, 128 and the signal's
 * number when interrupted.
 */
export async function validate(
  space: Space,
  advice: Advice,
  machine: Machine,
  interrupts: Interrupts,
): Promise<number> {
  const arm = space.arms.findIndex(
    ({ variant, place, wait }) =>
      variant === advice.variant && place === advice.place && JSON.stringify(wait) === JSON.stringify(advice.wait),
  );
  const alike = new Set([advice.channels, ...advice.equalSet, ...advice.undecided]);
  const candidates = space.counts[arm]!.filter(
    (channels) => channels <= EVERY || THINNED.has(channels) || alike.has(channels),
  ).map((channels) => ({ arm, channels }));
  process.stderr.write(`a sweep of ${candidates.length} counts in ${ROUNDS} fresh processes\n`);
  const line = new ProgressLine();
  const begun = performance.now();
  const rounds: Round[] = [];
  try {
    const measuring = new Measuring(withoutParts(space), interrupts.signal, ({ done, total }) => {
      const taken = measuring.finishedRounds + done / total;
      const leftMs = taken === 0 ? 0 : ((performance.now() - begun) / taken) * (ROUNDS - taken);
      line.searching({ round: measuring.finishedRounds, done, total, found: 'sweep', leftMs });
    });
    for (let round = 0; round < ROUNDS; round++) {
      // Other orders than those of the search.
      const taken = await measuring.measure(1000 + round, candidates);
      if (!taken) return interrupts.code ?? 1;
      rounds.push(taken);
    }
  } finally {
    line.end();
  }
  const swept = sweepOf(rounds, arm, advice.channels);
  process.stderr.write(`${table(swept, advice.channels)}\n`);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const { text, holds } = conclude(swept, advice.channels);
  process.stderr.write(`${text} (Holm-adjusted; ${ROUNDS} processes, ${seconds} s, ${machine.cpuModel})\n`);
  return holds ? 0 : 1;
}

/** What the sweep says of the advised count: it holds when every other count was judged, and none is faster. */
export function conclude(swept: readonly Pick<Swept, 'channels' | 'verdict'>[], advised: number) {
  const of = (verdict: Verdict) => swept.filter((each) => each.verdict === verdict).map(({ channels }) => channels);
  const [beaten, unjudged] = [of('faster'), of('too-few')];
  const judged = swept.length - unjudged.length;
  const said = beaten.length > 0 ? `BEATEN by ${beaten.join(', ')}` : `not beaten by any of ${judged} other counts`;
  const rest = unjudged.length > 0 ? `; too few processes to judge ${unjudged.join(', ')}` : '';
  return {
    text: `${advised} ${advised === 1 ? 'channel' : 'channels'}: ${said}${rest}`,
    holds: beaten.length + unjudged.length === 0,
  };
}

/** Every other count against the advised one, by neighbouring turns, adjusted after Holm over all of them. */
export function sweepOf(rounds: readonly Round[], arm: number, advised: number): Swept[] {
  const counts = [...new Set(rounds.flat().map(({ candidate }) => candidate.channels))]
    .filter((each) => each !== advised)
    .sort((x, y) => x - y);
  const find = (round: Round, channels: number) =>
    round.find(({ candidate }) => keyOf(candidate) === keyOf({ arm, channels }));
  const compared = counts.map((channels) => {
    const processes = rounds.flatMap((round) => {
      const [own, other] = [find(round, advised), find(round, channels)];
      return own && other ? [pairTurns(own.turns, other.turns)] : [];
    });
    return { channels, comparison: compare(processes, counts.length) };
  });
  const adjusted = holm(compared.map(({ comparison }) => comparison.p));
  return compared.map(({ channels, comparison }, at) => {
    const { ratio, low, high } = comparison;
    return {
      channels,
      ratio,
      low,
      high,
      adjustedP: adjusted[at]!,
      verdict: verdict(comparison, adjusted[at]!, { better: 'higher' }),
    };
  });
}

/** Only what is compared: the ping-pong is not. */
function withoutParts(space: Space): Space {
  return {
    ...space,
    cells: (candidate) => {
      const { tune } = space.cells(candidate);
      return tune ? { tune } : {};
    },
  };
}

function table(swept: readonly Swept[], advised: number): string {
  const rows = boxed(['ch', `ratio to ${advised} ch`, 'interval', 'adjusted p', 'verdict'], 'rrrrl');
  for (const { channels, ratio, low, high, adjustedP, verdict: word } of swept) {
    rows.push([
      channels,
      ratio.toFixed(3),
      // One process has no interval.
      Number.isFinite(high) ? `${low.toFixed(3)} to ${high.toFixed(3)}` : '',
      adjustedP.toFixed(3),
      word.toUpperCase(),
    ]);
  }
  return rows.toString();
}
