// The rungs between a number that is worse and a regression: each must hold, from the cheapest to the dearest.

/** What each rung asks for. */
export interface Thresholds {
  /** Fewest processes on either side. */
  readonly processes: number;
  /** Smaller changes pass, as a fraction. */
  readonly relative: number;
  /** Smaller changes pass, in the metric's unit. */
  readonly absolute: number;
  /** Changes within so many times the noise pass. */
  readonly noiseFactor: number;
  /** Share of pairs of processes in which the candidate's is the worse one. */
  readonly separation: number;
  /** What the adjusted p must be below. */
  readonly significance: number;
}

/** A number of a cell, as a candidate and a baseline have it. */
export interface GateEvidence {
  readonly processes: { readonly baseline: number; readonly candidate: number };
  /** Commits have a value each: those of the baseline stand for its processes, and the candidate's is one more. */
  readonly isOneValue?: boolean;
  /** Whether both were measured by the same code, under the same Node: if not, a rerun alone can tell. */
  readonly sameCode?: boolean;
  /** How much worse, as a factor of the better one: 1.1 for 10 % fewer jobs and for 10 % more time. */
  readonly worse: number;
  /** In the metric's unit. */
  readonly difference: number;
  /** Of runs on their own: the standard deviation, as a fraction, by which runs of the same code differ. */
  readonly noise?: number;
  /** Of runs on their own: share of pairs of processes in which the candidate's is the worse one. */
  readonly separation?: number;
  readonly adjustedP?: number;
  /** The smallest that the adjusted p could have been, with so many processes and cells. */
  readonly leastP?: number;
  /** Of builds in the same rounds: their verdict, which has its own noise floor and p. */
  readonly changed?: { readonly holds: boolean; readonly seen: string };
}

export interface Rung {
  readonly name:
    | 'machine'
    | 'data'
    | 'code'
    | 'relative'
    | 'absolute'
    | 'noise'
    | 'separation'
    | 'p'
    | 'verdict'
    | 'rerun';
  /** Whether the way up goes on. */
  readonly holds: boolean;
  /** What was seen, and what is asked for. */
  readonly seen: string;
  /** It does not hold for want of data: that lets nothing pass. */
  readonly undecided?: true;
}

/**
 * The rungs up to the first that does not hold, all but the confirming rerun. A rung of other code always holds: it says
 * that without a rerun nothing is decided.
 */
export function climb(evidence: GateEvidence, limits: Thresholds): Rung[] {
  const {
    processes,
    isOneValue,
    sameCode,
    worse,
    difference,
    noise,
    separation,
    adjustedP,
    leastP = 0,
    changed,
  } = evidence;
  const least = isOneValue ? processes.baseline : Math.min(processes.baseline, processes.candidate);
  const rungs: (Rung | undefined)[] = [
    {
      ...{ name: 'data', holds: least >= limits.processes },
      ...(least >= limits.processes ? {} : { undecided: true as const }),
      seen: isOneValue
        ? `one value a commit, ${processes.baseline} commits of the baseline; ${limits.processes} are the least`
        : `${processes.candidate} processes, ${processes.baseline} of the baseline; ${limits.processes} are the least`,
    },
    sameCode === undefined
      ? undefined
      : { name: 'code', holds: true, seen: sameCode ? 'measured by the same code' : 'by other code: a rerun decides' },
    {
      ...{ name: 'relative', holds: worse > 1 + limits.relative },
      seen: `${worse >= 1 ? 'worse' : 'better'} by ${percent(Math.abs(worse - 1))}; up to ${percent(limits.relative)} passes`,
    },
    limits.absolute === 0
      ? undefined
      : {
          ...{ name: 'absolute', holds: difference >= limits.absolute },
          seen: `by ${Number(difference.toPrecision(4))} of its unit; less than ${limits.absolute} passes`,
        },
    noise === undefined
      ? undefined
      : {
          ...{ name: 'noise', holds: Math.log(worse) > limits.noiseFactor * noise },
          seen: `runs differ by ${percent(noise)}; up to ${limits.noiseFactor} times that passes`,
        },
    separation === undefined
      ? undefined
      : {
          ...{ name: 'separation', holds: separation >= limits.separation },
          seen: `worse in ${percent(separation)} of pairs of processes; below ${percent(limits.separation)} passes`,
        },
    adjustedP === undefined
      ? undefined
      : leastP >= limits.significance
        ? {
            ...{ name: 'p', holds: false, undecided: true },
            seen: `p cannot be below ${leastP.toPrecision(2)} with so few processes among so many cells: more processes, or --filter`,
          }
        : {
            ...{ name: 'p', holds: adjustedP < limits.significance },
            seen: `p ${adjustedP.toPrecision(2)} among all cells; ${limits.significance} or more passes`,
          },
    changed && { name: 'verdict', ...changed },
  ];
  const asked = rungs.filter((rung) => rung !== undefined);
  const stop = asked.findIndex(({ holds }) => !holds);
  return stop < 0 ? asked : asked.slice(0, stop + 1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
