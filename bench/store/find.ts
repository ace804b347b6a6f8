// Finding saved runs by the names of their files: `<machine key>/<year>/<time of the run>-<sha12>-<run id>.json`.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LeftOut, Result } from '../result/document.js';

/** A saved run as its file's name describes it: nothing has been read. */
export interface RunFile {
  readonly path: string;
  readonly machineKey: string;
  /** When the run began: `20261125T170307Z`. Files of older versions have the time of the commit there. */
  readonly time: string;
  /** The first `SHA_DIGITS` digits. */
  readonly sha: string | undefined;
  readonly id: string;
}

export interface Store {
  /** Of results. */
  readonly folder: string;
  /** Whose runs are meant. */
  readonly machineKey: string;
}

export interface Found {
  /** In the order of the times in their names. */
  readonly runs: readonly RunFile[];
  readonly leftOut: readonly LeftOut[];
}

/** Of a commit, in the name of a file. */
export const SHA_DIGITS = 12;

/** Tells of a commit's sha whether runs of it are in the store. */
export function measuredIn(folder: string, machineKey: string): (sha: string) => boolean {
  const known = new Set(findRuns(folder, machineKey).runs.flatMap(({ sha }) => sha ?? []));
  return (sha) => known.has(sha.slice(0, SHA_DIGITS));
}

const NAME = /^(\d{8}T\d{6}Z)-([0-9a-f]{12}|no-commit)-([0-9a-f]{8})\.json$/;
const YEAR = /^\d{4}$/;
const NO_COMMIT = 'no-commit';

/** All runs below `folder`, or those of one machine. A folder that is not there holds none. */
export function findRuns(folder: string, machineKey?: string): Found {
  const runs: RunFile[] = [];
  const leftOut: LeftOut[] = [];
  for (const key of machineKey === undefined ? foldersIn(folder) : [machineKey]) {
    for (const year of foldersIn(join(folder, key)).filter((name) => YEAR.test(name))) {
      for (const name of readdirSync(join(folder, key, year))) {
        // Files that are being written, and those of editors.
        if (!name.endsWith('.json') || name.startsWith('.')) continue;
        const path = join(folder, key, year, name);
        const match = NAME.exec(name);
        if (!match) leftOut.push({ path, reason: 'not named like a run: <time of the run>-<sha12>-<run id>.json' });
        else runs.push({ path, machineKey: key, ...partsOf(match) });
      }
    }
  }
  runs.sort((x, y) => compareText(x.time, y.time) || compareText(x.path, y.path));
  return { runs, leftOut };
}

/** Where the file of a run belongs, below the folder of results. */
export function placeOf({ commit, machine, run }: Pick<Result, 'commit' | 'machine' | 'run'>): string {
  return placeAt(run.startedAt, { commit, machine, run });
}

/** All places that a run may be at: its own, and that of a file of an older version, named after the commit's time. */
export function placesOf(result: Pick<Result, 'commit' | 'machine' | 'run'>): string[] {
  const { commit } = result;
  return [placeOf(result), ...(commit ? [placeAt(commit.time, result)] : [])];
}

function placeAt(at: string, { commit, machine, run }: Pick<Result, 'commit' | 'machine' | 'run'>): string {
  const time = at.replace(/[-:]|\.\d+/g, '');
  return join(machine.key, time.slice(0, 4), `${time}-${commit?.sha.slice(0, 12) ?? NO_COMMIT}-${run.id}.json`);
}

function partsOf([, time, sha, id]: RegExpExecArray) {
  return { time: time!, sha: sha === NO_COMMIT ? undefined : sha!, id: id! };
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw cause;
  }
}

function compareText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}
