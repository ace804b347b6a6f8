// The scenarios that a design has to pass, by its bounds: what `verify` runs.
import type { Shape, Variant } from '../../sender/variant.js';
import type { Scenario } from '../scenario.js';
import { type DesignPlan, describePlan, type Step } from './plan.js';
import { designScenario } from './scenario.js';

/** Bounds beyond which the monitor's words have too few bits; searches end far below. */
export const MOST_CHANNELS = 8;
export const MOST_JOBS = 12;
/** Batches in flight on a channel where schedules are drawn. */
const DEEPEST_DRAWN = 8;
/** More than a counter of three bits tells apart. */
const MANY_SYNCS = 9;
/** More than once round places and batches, where one channel has few of them. */
const MANY_JOBS = 9;

export interface DesignBounds {
  readonly channels: number;
  /** Jobs before the sync. */
  readonly jobs: number;
}

export interface SuiteEntry {
  readonly scenario: Scenario;
  readonly plan: DesignPlan;
}

function jobs(count: number): Step[] {
  return Array.from({ length: count }, () => 'job');
}

function syncs(count: number): Step[] {
  return Array.from({ length: count }, () => 'sync');
}

/** Everything that must be without a finding, the cheap ones first. */
export function designSuite(variant: Variant, bounds: DesignBounds): SuiteEntry[] {
  const { channels } = bounds;
  const shape = { channels, requesters: 1, depth: variant.depth[0] };
  const last = channels - 1;
  const oneJobAndSync: readonly Step[] = ['job', 'sync'];
  const plans: DesignPlan[] = [
    { shape, steps: ['sync', 'job', 'sync'], checking: true },
    { shape: { ...shape, channels: 1 }, steps: jobs(MANY_JOBS) },
    { shape, steps: [...jobs(bounds.jobs), 'sync'] },
    // One more than there are places: somebody's place is used again, while others are busy.
    { shape, steps: jobs(Math.max(bounds.jobs, channels * shape.depth + 1)) },
    { shape, steps: jobs(bounds.jobs), wildHints: true },
    { shape, steps: ['sync', 'job', 'sync'], numbered: true },
    { shape: { ...shape, channels: 1 }, steps: [...syncs(MANY_SYNCS), 'job', 'sync'] },
    { shape, steps: oneJobAndSync, fault: { channel: 0, write: 0 } },
    { shape, steps: oneJobAndSync, fault: { channel: 0, sync: 0 } },
    ...(last > 0 ? [{ shape, steps: oneJobAndSync, fault: { channel: last, sync: 0 } }] : []),
    ...deeper(variant, bounds),
    ...severalRequesters(variant, bounds),
    // Small enough for mutants as well, which the second often is not.
    { shape: { ...shape, channels: 1 }, steps: oneJobAndSync, exitsEarly: true },
    { shape, steps: oneJobAndSync, exitsEarly: true },
  ];
  const names = plans.map(describePlan);
  return plans
    .filter((_, i) => names.indexOf(names[i]!) === i)
    .map((plan) => ({ plan, scenario: designScenario(variant, plan) }));
}

/** Where there is depth: more in flight than a channel's first place holds. */
function deeper(variant: Variant, { channels, jobs: count }: DesignBounds): DesignPlan[] {
  const depth = Math.max(2, variant.depth[0]);
  if (depth > variant.depth[1]) return [];
  const shape = { channels, requesters: 1, depth };
  // One channel: few states, and yet a place is used again.
  const again: DesignPlan = { shape: { ...shape, channels: 1 }, steps: jobs(depth + 1) };
  const late = publishedLate(variant, shape, count);
  if (depth === variant.depth[0]) return [again, ...late];
  return [
    { shape, steps: [...jobs(count), 'sync'] },
    { shape, steps: jobs(Math.max(count, channels + 1)) },
    again,
    { shape, steps: ['job', 'sync'], fault: { channel: 0, write: 0 } },
    ...late,
  ];
}

/** Where two batches are published together: an odd one waits for a flush, or for room. */
function publishedLate(variant: Variant, { channels, ...rest }: Shape, count: number): DesignPlan[] {
  if (!variant.publishesLate) return [];
  const asked = variant.publishesLate === 'as-asked';
  const shape = { ...rest, channels, ...(asked ? { publishEvery: 2 } : { depth: 4 }) };
  const narrow = { ...shape, channels: 1 };
  return [
    { shape, steps: [...jobs(count + 1), 'sync'] },
    // No sync publishes what is left over, first on one channel, then on the next: only a flush does.
    { shape, steps: jobs(channels + 1) },
    { shape, steps: jobs(2 * channels + 1) },
    { shape: narrow, steps: jobs(2 * shape.depth + 1) },
    { shape: narrow, steps: [...jobs(shape.depth + 1), 'sync'], fault: { channel: 0, write: 1 } },
  ];
}

/** Where several threads may hand over: two do, and the first syncs. */
function severalRequesters(variant: Variant, { channels }: DesignBounds): DesignPlan[] {
  if (variant.requesters !== 'threads') return [];
  const shape = { channels, requesters: 2, depth: variant.depth[0] };
  const narrow = { ...shape, channels: 1 };
  return [
    { shape: narrow, steps: ['job', 'sync'] },
    { shape: narrow, steps: ['job', 'sync'], fault: { channel: 0, write: 0 } },
    { shape: narrow, steps: ['job', 'sync'], exitsEarly: true },
    { shape, steps: ['job', 'sync'] },
  ];
}

/** Larger than can be searched whole: more channels, all the depth that fits, several syncs. */
export function drawnSuite(variant: Variant, bounds: DesignBounds): SuiteEntry[] {
  const shape = { channels: Math.min(MOST_CHANNELS, bounds.channels + 1), requesters: 1, depth: variant.depth[0] };
  const steps: readonly Step[] = ['job', 'sync', ...jobs(shape.channels + 1), 'sync', 'sync', 'job', 'sync'];
  const deep = { ...shape, depth: Math.min(DEEPEST_DRAWN, variant.depth[1]) };
  const plans: DesignPlan[] = [
    { shape, steps },
    { shape, steps, fault: { channel: shape.channels - 1, write: 1 } },
    ...(deep.depth > shape.depth
      ? [
          { shape: deep, steps },
          { shape: deep, steps: jobs(2 * deep.channels + 1) },
        ]
      : []),
    ...(variant.requesters === 'threads' ? [{ shape: { ...shape, requesters: 2 }, steps }] : []),
  ];
  return plans.map((plan) => ({ plan, scenario: designScenario(variant, plan) }));
}

/** Failing writes on upstream's error path, for designs that have one: a sync that is under way hangs. */
export function upstreamSuite(variant: Variant, { channels }: DesignBounds): SuiteEntry[] {
  const shape = { channels, requesters: 1, depth: variant.depth[0] };
  const errorPath = 'upstream' as const;
  const plans: DesignPlan[] = [
    { shape, errorPath, steps: ['job', 'sync'], fault: { channel: channels - 1, sync: 0 } },
    // The failing sender's token names no free channel (I7).
    { shape, errorPath, steps: jobs(channels + 1), fault: { channel: 0, write: 0 } },
  ];
  return plans.map((plan) => ({ plan, scenario: designScenario(variant, plan) }));
}
