// Baselines: saved runs that have a name, so that others are compared with `baseline:NAME`.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { didYouMean } from '../base/did-you-mean.js';
import { makeFolder } from '../base/output.js';
import { badValue, UsageError } from '../base/usage-error.js';
import type { Result } from '../result/document.js';

const FOLDER = 'baselines';
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

export interface Baseline {
  readonly schema: 1;
  /** Path below the folder of results. */
  readonly run: string;
  readonly sha: string;
}

/** Where a baseline is kept. Throws UsageError for a name that is none. */
export function baselinePath(folder: string, name: string, flag: string): string {
  if (!NAME.test(name)) throw badValue(flag, name, 'baseline names of letters, digits, ".", "_" and "-"');
  return join(folder, FOLDER, `${name}.json`);
}

/**
 * Names the run at `place` below the folder of results. Throws UsageError for a run that cannot be one: of uncommitted
 * changes, or one that was interrupted.
 */
export function saveBaseline(path: string, { commit, run }: Result, place: string): Baseline {
  if (!commit) throw new UsageError('baseline: the run has no commit');
  if (commit.dirty)
    throw new UsageError(`baseline: run ${run.id} was made with uncommitted changes, and cannot be made again`);
  if (!run.complete) throw new UsageError(`baseline: run ${run.id} was interrupted`);
  const baseline: Baseline = { schema: 1, run: place, sha: commit.sha };
  makeFolder('--results', dirname(path));
  writeFileSync(`${path}.${process.pid}.tmp`, `${JSON.stringify(baseline, null, 1)}\n`, { flag: 'wx' });
  renameSync(`${path}.${process.pid}.tmp`, path);
  return baseline;
}

function baselinesBeside(path: string): string[] {
  const folder = dirname(path);
  return existsSync(folder) ? readdirSync(folder).map((file) => basename(file, '.json')) : [];
}

/** Throws UsageError, which names the flag, or the file and what is wrong with it. */
export function readBaseline(path: string, flag: string): Baseline {
  let read: Partial<Baseline>;
  try {
    read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Baseline>;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT'
        ? `${flag}: no baseline ${path}: \`baseline NAME\` makes one${didYouMean(basename(path, '.json'), baselinesBeside(path))}`
        : `${path}: ${message}`,
    );
  }
  if (read.schema !== 1) throw badValue(`${path}: schema`, String(read.schema), '1');
  if (typeof read.run !== 'string' || read.run.includes('..'))
    throw badValue(`${path}: run`, String(read.run), 'the path of a run below the results');
  return read as Baseline;
}
