// The processes of runs, as a gate asks for them: from what the gate before it asked for, else from the files.
import { byRound } from '../result/comparisons.js';
import { mean } from '../stats/mean.js';
import { ProcessCache } from '../store/process-cache.js';
import { readVisits, type VisitsOf } from '../store/read.js';
import type { HistoryCommit } from './history.js';

export class Processes {
  private readonly cache: ProcessCache;
  private readonly files = new Map<string, VisitsOf>();

  /** @param folder of the results */
  constructor(folder: string) {
    this.cache = new ProcessCache(folder);
  }

  /** The logarithm of each process's value. */
  logsOf({ runs }: HistoryCommit, cell: string, metric: string): number[] {
    return runs.flatMap(({ file: { path } }) =>
      this.cache.valuesOf(path, `${cell} ${metric}`, () => this.readLogs(path, cell, metric)),
    );
  }

  /** Keeps what was asked for. */
  save(): void {
    this.cache.save();
  }

  private readLogs(path: string, cell: string, metric: string): number[] {
    const visitsOf = this.files.get(path) ?? readVisits(path);
    this.files.set(path, visitsOf);
    const values = [...byRound(visitsOf(cell) ?? [], metric).values()];
    return values.filter((own) => own.every((value) => value > 0)).map((own) => mean(own.map(Math.log)));
  }
}
