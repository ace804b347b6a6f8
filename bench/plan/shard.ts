// A plan split over several machines or jobs: the same cells in the same shard, whoever splits it.

import { createHash } from 'node:crypto';
import { badValue } from '../base/usage-error.js';
import { groupOfCells, type Plan, type PlannedCell, type Shard } from './planned.js';

const MOST_SHARDS = 100;

/** `2/5`. Throws UsageError. */
export function parseShard(text: string): Pick<Shard, 'index' | 'of'> {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match && index >= 1 && index <= of && of <= MOST_SHARDS) return { index, of };
  throw badValue('--shard', text, `I/N with I from 1 to N, and N up to ${MOST_SHARDS}, as in 1/4`);
}

/**
 * The part of a plan that is one shard. What is compared within a run (the designs of a cell, its doses) stays
 * together, and so does a cell with what repeats it; groups are dealt out one by one. Throws UsageError for an empty one.
 */
export function shardOf(plan: Plan, shard: Pick<Shard, 'index' | 'of'>): Plan {
  const groups = new Map<string, number>();
  const numberOf = (cell: PlannedCell) => {
    const key = groupOfCells(cell, plan);
    const number = groups.get(key) ?? groups.size;
    groups.set(key, number);
    return number;
  };
  for (const cell of plan.cells) numberOf(cell);
  const byId = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const cells = plan.cells.filter((cell) => {
    const first = cell.repeats === undefined ? cell : byId.get(cell.repeats)!;
    return numberOf(first) % shard.of === shard.index - 1;
  });
  if (cells.length === 0)
    throw badValue('--shard', `${shard.index}/${shard.of}`, `at most ${groups.size} shards of this plan`);
  return { ...plan, cells, shard: { index: shard.index, of: shard.of, plan: planHash(plan) } };
}

/** The same for plans that measure the same cells in the same way. */
export function planHash({ cells, seed, rounds, visitMs, turnMs, slices, sliceMs, turnFactor }: Plan): string {
  const text = JSON.stringify([cells.map(({ id }) => id), seed, rounds, visitMs, turnMs, slices, sliceMs, turnFactor]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
