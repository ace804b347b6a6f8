// Simulated histories of known outcome: what change points must find, and what they must leave alone.
import type { Random } from '../../src/random.js';
import { type Changes, changePoints, type SeriesPoint } from './change-points.js';
import { normalValues } from './fixtures/simulated.js';
import { medianError } from './median-error.js';
import { medianInterval } from './quantile.js';

/** As fractions of the level. */
export interface HistoryNoise {
  readonly commits: number;
  /** Fresh processes of a run. */
  readonly processes: number;
  /** Standard deviation of a process's logarithm within its run. */
  readonly process: number;
  /** Standard deviation of what all processes of a run share. */
  readonly run: number;
}

/** What parked hand-offs at 1 and 2 channels show on a virtual machine of two CPUs, from commit to commit. */
export const HISTORY_NOISE: HistoryNoise = { commits: 60, processes: 7, process: 0.06, run: 0.025 };

/** What happens in a history beside its noise. */
export interface HistoryKind {
  readonly name: string;
  /** Size of a step as a fraction; its place, with ten commits or more on either side, and direction are drawn. */
  readonly step?: number;
  /** Change over all commits as a fraction; its direction is drawn. */
  readonly drift?: number;
  /** Processes in a slow mode: their share is drawn from 20 to 50 %, and how much slower they are from 15 to 40 %. */
  readonly modes?: true;
  /** Chance that something else slows all of a run down, by 15 to 50 %; and for how many commits in a row. */
  readonly spikes?: { readonly chance: number; readonly commits: number };
  /** Correlation of what the processes of a run share with that of the commit before. */
  readonly memory?: number;
}

export const HISTORY_KINDS: readonly HistoryKind[] = [
  { name: 'no change' },
  { name: 'two modes', modes: true },
  { name: 'one-commit spikes', spikes: { chance: 0.05, commits: 1 } },
  { name: 'slow spells of 3 commits', spikes: { chance: 0.02, commits: 3 } },
  { name: 'neighbours alike (0.3)', memory: 0.3 },
  { name: 'step of 3 %', step: 0.03 },
  { name: 'step of 5 %', step: 0.05 },
  { name: 'step of 10 %', step: 0.1 },
  { name: 'step of 10 %, spikes', step: 0.1, spikes: { chance: 0.05, commits: 1 } },
  { name: 'step of 20 %', step: 0.2 },
  { name: 'step of 20 %, two modes', step: 0.2, modes: true },
  { name: 'drift of 10 %', drift: 0.1 },
  { name: 'drift of 20 %', drift: 0.2 },
];

const STEP_MARGIN = 10;
/** A step that is reported so near the true one is that one. */
export const NEAR_COMMITS = 3;

interface SimulatedHistory {
  readonly points: readonly SeriesPoint[];
  /** Of the step; absent where there is none. */
  readonly at?: number;
  /** +1 where values rise. */
  readonly direction: number;
}

/** One history around 1000 a second: each point the median over the processes of a run, as a result file has it. */
function simulatedHistory(random: Random, kind: HistoryKind, noise = HISTORY_NOISE): SimulatedHistory {
  const normal = normalValues(random);
  const between = (low: number, high: number) => low + (high - low) * random.fraction();
  const direction = random.below(2) === 0 ? -1 : 1;
  const { commits, processes } = noise;
  const at = STEP_MARGIN + random.below(commits - 2 * STEP_MARGIN + 1);
  const slow = { share: between(0.2, 0.5), by: Math.log1p(between(0.15, 0.4)) };
  const memory = kind.memory ?? 0;
  let shared = noise.run * normal();
  let spell = { left: 0, by: 0 };
  const points = Array.from({ length: commits }, (_, commit): SeriesPoint => {
    const step = kind.step !== undefined && commit >= at ? direction * Math.log1p(kind.step) : 0;
    const drift = ((direction * commit) / (commits - 1)) * Math.log1p(kind.drift ?? 0);
    if (spell.left === 0 && kind.spikes && random.fraction() < kind.spikes.chance) {
      spell = { left: kind.spikes.commits, by: Math.log1p(between(0.15, 0.5)) };
    }
    const spike = spell.left > 0 ? spell.by : 0;
    spell.left = Math.max(0, spell.left - 1);
    shared = memory * shared + Math.sqrt(1 - memory ** 2) * noise.run * normal();
    const level = Math.log(1000) + step + drift + shared - spike;
    const values = Array.from({ length: processes }, () => {
      const mode = kind.modes && random.fraction() < slow.share ? slow.by : 0;
      return Math.exp(level + noise.process * normal() - mode);
    });
    const { estimate: median, low, high } = medianInterval(values);
    const error = medianError({ median, low, high, rounds: processes });
    return { value: median, ...(error === undefined ? {} : { error }) };
  });
  return { points, direction, ...(kind.step === undefined ? {} : { at }) };
}

export interface HistoryScore {
  readonly kind: HistoryKind;
  readonly series: number;
  /** Series in which anything was reported. */
  readonly reported: number;
  /** Series whose step, or whose drift, was reported as that, in its direction, a step within `NEAR_COMMITS`. */
  readonly found: number;
  /** Those whose step was reported at the very commit. */
  readonly exact: number;
  /** Series in which something was reported that is not there. */
  readonly wrong: number;
}

/** Counts what is reported in so many histories of one kind. */
export function scoreHistories(random: Random, kind: HistoryKind, series: number, noise = HISTORY_NOISE): HistoryScore {
  const score = { reported: 0, found: 0, exact: 0, wrong: 0 };
  for (let count = 0; count < series; count++) {
    const history = simulatedHistory(random, kind, noise);
    const changes = changePoints(history.points);
    const all = changes.steps.length + changes.drifts.length;
    const right = rightOnes(history, kind, changes);
    if (all > 0) score.reported++;
    if (right > 0) score.found++;
    if (all > right) score.wrong++;
    if (changes.steps.some((step) => step.at === history.at)) score.exact++;
  }
  return { kind, series, ...score };
}

function rightOnes({ at, direction }: SimulatedHistory, kind: HistoryKind, { steps, drifts }: Changes): number {
  const same = ({ ratio }: { readonly ratio: number }) => Math.sign(Math.log(ratio)) === direction;
  if (kind.drift !== undefined) return drifts.filter(same).length;
  return at === undefined
    ? 0
    : steps.filter(
        (step) => same(step) && (Math.abs(step.at - at) <= NEAR_COMMITS || (step.earliest <= at && at <= step.latest)),
      ).length;
}
