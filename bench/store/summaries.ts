// The medians of many runs, in well under a second: read once from each file, then from a cache that is never trusted
// over the files.

import { statSync } from 'node:fs';
import { UsageError } from '../base/usage-error.js';
import { PERCENTILES, type PercentileName } from '../measure/latencies.js';
import { conditionsOf } from '../result/conditions.js';
import type { LeftOut, ResultCell } from '../result/document.js';
import { medianError } from '../stats/median-error.js';
import type { RunFile } from './find.js';
import { readStoredWithoutVisits } from './read.js';
import type { SeriesKey, SeriesKeys, Shape } from './series-keys.js';
import type { WithoutVisits } from './stored.js';
import { type Entry, type RunHead, readCache, writeCache } from './summary-cache.js';

/** Files that take about half a second. */
const TOLD_EVERY = 1000;

export interface RunSummary extends RunHead {
  readonly file: RunFile;
  /** Of all measured cells; read them by `Summaries.value`. */
  readonly medians: Float64Array;
  /** The standard error of each median's logarithm; read them by `Summaries.error`. */
  readonly errors: Float32Array;
  /** Which key each median is of: runs of one plan share it. */
  readonly shape: Shape;
}

export class Summaries {
  /** In the order of the files that were asked for. */
  readonly runs: readonly RunSummary[];
  readonly leftOut: readonly LeftOut[];
  /** All numbers that some run has. */
  readonly keys: readonly SeriesKey[];

  constructor(runs: readonly RunSummary[], leftOut: readonly LeftOut[], keys: readonly SeriesKey[]) {
    this.runs = runs;
    this.leftOut = leftOut;
    this.keys = keys;
  }

  /** The median over the processes of a run, of number `key` of `keys`; undefined where that run did not measure it. */
  value(run: RunSummary, key: number): number | undefined {
    const position = run.shape.positions.get(key);
    return position === undefined ? undefined : run.medians[position];
  }

  /** The standard error of its logarithm, from its interval; undefined where it has none, as with a single process. */
  error(run: RunSummary, key: number): number | undefined {
    const position = run.shape.positions.get(key);
    const error = position === undefined ? Number.NaN : run.errors[position]!;
    return Number.isNaN(error) ? undefined : error;
  }
}

/**
 * The medians of these runs of the store at `folder`. A file that cannot be read is left out, with the reason, and the
 * rest is there all the same.
 *
 * @param reading told now and then how many files the cache did not know were read: thousands take seconds
 */
export function readSummaries(folder: string, files: readonly RunFile[], reading?: (files: number) => void): Summaries {
  const { entries, series } = readCache(folder);
  const runs: RunSummary[] = [];
  const leftOut: LeftOut[] = [];
  let fresh = 0;
  for (const file of files) {
    const stat = statSync(file.path, { throwIfNoEntry: false });
    // Taken away since its folder was read.
    if (!stat) continue;
    let entry = entries.get(file.path);
    if (entry?.size !== stat.size || entry.modifiedMs !== stat.mtimeMs || entry.changedMs !== stat.ctimeMs) {
      const { size, mtimeMs: modifiedMs, ctimeMs: changedMs } = stat;
      entry = { path: file.path, size, modifiedMs, changedMs, content: summarise(file.path, series) };
      entries.set(file.path, entry);
      if (++fresh % TOLD_EVERY === 0) reading?.(fresh);
    }
    const { content } = entry;
    if (typeof content === 'string') leftOut.push({ path: file.path, reason: content });
    else {
      const { head, medians, errors, shape } = content;
      runs.push({ file, ...head, medians, errors, shape });
    }
  }
  if (fresh > 0) writeCache(folder, [...entries.values()], series);
  return new Summaries(runs, leftOut, series.keys);
}

/** The content of an entry: why it is left out, where it is. */
function summarise(path: string, series: SeriesKeys): Entry['content'] {
  let result: WithoutVisits;
  try {
    result = readStoredWithoutVisits(path);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    return cause.message.replace(`${path}: `, '');
  }
  const { run, node, commit, code } = result;
  // The run that `merge` makes of it has the same cells.
  if (run.shard) return `shard ${run.shard.index} of ${run.shard.of}: only merged shards are a run`;
  const { id, startedAt, finishedAt, complete, rounds, keepAwake } = run;
  const numbers = result.cells.flatMap((cell) =>
    mediansOf(cell).map(([metric, median, error]) => ({
      key: series.number({ cell: cell.id, metric }),
      median,
      error,
    })),
  );
  return {
    head: {
      ...{ id, startedAt, finishedAt, complete, rounds, keepAwake, node: node.version, commit, code },
      conditions: conditionsOf(result),
      unmeasured: result.cells
        .filter(({ status, sameAs }) => status !== 'measured' && sameAs === undefined)
        .map(({ id: cell, status, reason = 'no reason given' }) => ({ cell, status, reason })),
    },
    shape: series.shape(numbers.map(({ key }) => key)),
    medians: Float64Array.from(numbers, ({ median }) => median),
    errors: Float32Array.from(numbers, ({ error }) => error),
  };
}

/** Cells that repeat another say nothing of their own. */
function mediansOf({
  status,
  sameAs,
  metrics,
}: Pick<ResultCell, 'status' | 'sameAs' | 'metrics'>): [metric: string, median: number, error: number][] {
  if (status !== 'measured' || sameAs !== undefined) return [];
  return Object.entries(metrics).flatMap(([name, summary]): [string, number, number][] => {
    if ('median' in summary) return [[name, summary.median, medianError(summary) ?? Number.NaN]];
    // A percentile that rests on all samples together has no summary of its own.
    return (Object.keys(PERCENTILES) as PercentileName[]).flatMap((percentile): [string, number, number][] => {
      const value = summary[percentile];
      const own = `${name}.${percentile}`;
      return value === undefined || own in metrics ? [] : [[own, value, Number.NaN]];
    });
  });
}
