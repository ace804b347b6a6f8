// The result document: what a run is saved as, and what `--json` prints.

import type { LatencyName } from '../../src/sender/hand-off-clock.js';
import type { Dose } from '../../src/session/cell.js';
import type { CellCounts } from '../measure/counts.js';
import type { PercentileName } from '../measure/latencies.js';
import type { Stopped } from '../measure/measure.js';
import type { ResultAxes } from '../plan/axis-fields.js';
import type { Shard } from '../plan/planned.js';
import type { RatioInterval } from '../stats/ratio.js';
import type { Steadiness } from '../stats/steadiness.js';
import type { Verdict } from '../stats/verdict.js';
import type { Commit } from '../system/commit.js';
import type { Neighbours } from '../system/confinement.js';
import type { Machine } from '../system/machine.js';

export interface MetricSummary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Fresh processes behind it. */
  readonly rounds: number;
}

/** The latencies that may have a summary of all that is known of each. */
type LatencyField = `${LatencyName}Ns`;

/** One entry a number, and in cells with histograms one for each latency. */
export type Metrics = Readonly<Record<string, MetricSummary>> & Readonly<Partial<Record<LatencyField, LatencySummary>>>;

export interface ResultCell extends ResultAxes {
  readonly id: string;
  readonly table: string;
  readonly ram: string;
  readonly status: 'measured' | 'failed' | 'invalid' | 'skipped';
  readonly reason?: string;
  /** The id of the cell whose visits these are: it differs only in what the design has no choice of. */
  readonly sameAs?: string;
  /** What the shared words held when the cell hung. */
  readonly dump?: readonly string[];
  /** False where a thread could not be pinned. */
  readonly pinned?: boolean;
  /** Shared accesses of a batch and of a sync, where they were counted (`--explain`). */
  readonly counts?: CellCounts;
  /** How its slices behaved in most processes; absent where a process has too few of them to say. */
  readonly steadiness?: Steadiness;
  readonly metrics: Metrics;
  /** Timed cells: all samples, in HdrHistogram's compressed form, by metric. */
  readonly histograms?: Histograms;
  readonly visits: readonly {
    readonly round: number;
    readonly position: number;
    readonly values: Readonly<Record<string, number>>;
    /** What the table shows, turn by turn: what comparisons are made from. Absent in older files. */
    readonly turns?: Readonly<Record<string, readonly number[]>>;
    readonly counters: Readonly<Record<string, number>>;
    readonly jobsPerChannel: readonly number[];
    /** By thread: requesters, then senders. Absent in older files, and where the kernel does not count it. */
    readonly runQueueNs?: readonly number[];
    readonly delayNsPerChannel?: readonly number[];
    /** Its turns were longer than was asked for: in short ones it, or one beside it, is another design. */
    readonly longTurns?: boolean;
  }[];
}

export interface Result {
  readonly schema: number;
  readonly run: {
    readonly id: string;
    readonly command: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    /** False when it was interrupted or killed: it holds the rounds that were finished. */
    readonly complete: boolean;
    /** What ended it. Absent in older files. */
    readonly stopped?: Stopped;
    /** Share of its time inside timed slices, of the rounds that this file adds. */
    readonly timedShare?: number;
    /** The flags that made the plan: what `run --resume` reads. */
    readonly flags?: Readonly<Record<string, string | boolean>>;
    /** Id of the run whose rounds it goes on from. */
    readonly resumed?: string;
    /** Which part of a plan that was split (`--shard`), counted from 1. */
    readonly shard?: Shard;
    /** Ids of the runs that were merged into this one. */
    readonly merged?: readonly string[];
    readonly seed: number;
    readonly rounds: number;
    /** Timed slices a turn, and their length; turns of the designs under study are multiplied by the factor. */
    readonly slices: number;
    readonly sliceMs: number;
    readonly turnFactor: number;
    /** How long two cells side by side took turns in one opening, and the length of those turns where it was asked for. Absent in older files. */
    readonly visitMs?: number;
    readonly turnMs?: number;
    /** True when a thread of the idle class kept each CPU from halting. */
    readonly keepAwake: boolean;
    /** What others did on these CPUs meanwhile. Absent in older files. */
    readonly neighbours?: Neighbours;
  };
  readonly machine: Machine;
  readonly node: { readonly version: string; readonly v8: string; readonly flags: readonly string[] };
  readonly commit: Commit | null;
  readonly code: { readonly harness: string; readonly variants: Readonly<Record<string, string>> };
  readonly warnings: readonly string[];
  readonly cells: readonly ResultCell[];
  readonly comparisons: readonly ResultComparison[];
  /** One for each design that was measured with several doses. Absent in older files. */
  readonly slopes?: readonly ResultSlope[];
  /** The headline of a dose of locks. */
  readonly price?: Price;
}

export interface Surroundings {
  readonly id: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly machine: Machine;
  readonly keepAwake: boolean;
  readonly commit: Commit | undefined;
  readonly warnings: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly resumed: string | undefined;
  readonly neighbours?: Neighbours;
  /** Of another build, where that was measured. */
  readonly code?: Result['code'];
  /** By cell id, where they were counted. */
  readonly counts?: ReadonlyMap<string, CellCounts>;
}

export interface ResultComparison {
  /** The cell's id, but for the variant. */
  readonly cell: string;
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  /** b to a. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** Holm's, over the designs under study in one table and metric; equal to p for those that stand beside. */
  readonly adjustedP: number;
  readonly n: number;
  readonly noiseFloor: number;
  readonly underNoiseFloor: boolean;
  readonly resolvable: number;
  /** The same ratio by ranks, and the exact signed-rank p. */
  readonly hodgesLehmann: number;
  readonly signedRankP: number;
  readonly bimodal: boolean;
  readonly verdict: Verdict;
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface ResultSlope {
  /** The cell's id, but for the dose. */
  readonly cell: string;
  readonly table: string;
  readonly variant: string;
  readonly kind: Dose['kind'];
  readonly metric: string;
  readonly doses: readonly number[];
  /** What the line was fitted to: the mean over processes at each dose, in the metric's unit. Medians in older files. */
  readonly values: readonly number[];
  /** Nanoseconds of the metric for each unit of the dose: a lock pair or a mutex on both sides, a notify a post, a ns of hold. */
  readonly slope: Interval;
  readonly intercept: Interval;
  /** p of the lack of fit; small says that the line is curved. Null for two doses. */
  readonly linearityP: number | null;
  /** The farthest dose mean from the line, in the metric's unit. */
  readonly largestDeviation: number | null;
  /** Processes. */
  readonly n: number;
  /** Time of the design with one unit less, relative to it as it is: what leaving the unit out would do. */
  readonly predicted: RatioIntervalJson | null;
}

export type RatioIntervalJson = Pick<RatioInterval, 'ratio' | 'low' | 'high'>;

export interface Price {
  /** Of one mutex a job, from the spinning hand-off, with its 95 % interval; nanoseconds. */
  readonly ns: number;
  readonly low: number;
  readonly high: number;
  /** Time of a parked hand-off with its mutex, in nanoseconds. */
  readonly handOffNs: number;
  /** The price in shares of that; `shareHigh` is the most that both intervals leave. */
  readonly share: number;
  readonly shareHigh: number;
  readonly parkedSlope: ResultSlope['slope'];
  /** Whether the two slopes' intervals overlap: what a pair costs is the same in both. */
  readonly agrees: boolean;
  /** Whether the whole interval of the share is inside 0.5 %. */
  readonly within: boolean;
}

/**
 * In nanoseconds. A percentile is the median over processes where each has at least 10 samples beyond it; else that of
 * all samples together where those are enough, and without an interval; else it is not there.
 */
export type LatencySummary = Readonly<Partial<Record<PercentileName, number>>> & {
  /** The longest of all samples, and how many there are. */
  readonly max: number;
  readonly count: number;
  readonly low: Readonly<Partial<Record<PercentileName, number>>>;
  readonly high: Readonly<Partial<Record<PercentileName, number>>>;
  /** Fresh processes behind it. */
  readonly rounds: number;
};

/** By metric, as in `handoffNs`. */
export type Histograms = Readonly<Record<string, string>>;

/** Raised with every change of meaning. 2: visits by column, checksum, histograms of two significant figures. */
export const SCHEMA = 3;

/** A file that is no part of an answer, and why. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}
