// The outcome of a calibration: how often the default run cries wolf here, and how often it finds what is there.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/output.js';
import { median } from '../stats/quantile.js';
import { TARGET_DIFFERENCE } from '../stats/verdict.js';
import { harnessHash } from '../system/code-hash.js';
import { type Commit, describeCommit } from '../system/commit.js';
import { describeMachine, type Machine } from '../system/machine.js';
import { WORKPLACE } from '../system/project.js';
import { BUILT_IN, type CalibratedCell } from './calibration-runs.js';

/** A row that would find so small a difference in 80 % of runs says that it resolves it. */
export const FINE = TARGET_DIFFERENCE;
/** Below the results of a machine, beside its years. */
const CALIBRATIONS = 'calibrations';

export interface CellCalibration {
  readonly cell: string;
  readonly metric: string;
  readonly comparisons: number;
  /** FASTER or SLOWER where nothing differed. */
  readonly falseVerdicts: number;
  /** Comparisons whose row said that it resolves the built-in delay, and in how many of those it was found. */
  readonly fine: number;
  readonly found: number;
  /** Comparisons with the delayed one whose interval held the delay. Absent in older files. */
  readonly covered?: number;
  /** Median over runs of the delay as it was measured, as a fraction. Absent in older files. */
  readonly seen?: number;
  /** Median over runs of the smallest difference its rows could find, as a fraction. */
  readonly resolvable: number;
}

export interface Tally {
  readonly comparisons: number;
  readonly falseVerdicts: number;
  readonly falsePositiveRate: number;
  /** Built-in delays in rows that say they resolve them, and how many were found. */
  readonly delays: number;
  readonly found: number;
  /** `found` of `delays`; null where no row resolves them. */
  readonly power: number | null;
  /** Share of all rows that resolve them. */
  readonly fineShare: number;
  /** Intervals of delayed ones, of all `comparisons`, that held the delay. Absent in older files. */
  readonly covered?: number;
  /** Of each difference: how many of all `comparisons` would have found it; the same of those that say they detect it. Absent in older files. */
  readonly differences?: readonly FoundDifference[];
}

interface FoundDifference {
  /** A fraction. */
  readonly share: number;
  readonly found: number;
  readonly detectable: number;
  readonly foundOfDetectable: number;
}

export interface Calibration extends Tally {
  readonly schema: 1;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly design: string;
  readonly runs: number;
  /** The delay, as a fraction. Absent in older files: it was 0.1. */
  readonly builtIn?: number;
  readonly seed: number;
  /** Fresh processes of each run. */
  readonly rounds: number;
  readonly machine: Machine;
  readonly node: string;
  readonly commit: Commit | null;
  readonly code: { readonly harness: string };
  readonly cells: readonly CellCalibration[];
}

/** What some runs say together. */
export function tally(runs: readonly (readonly CalibratedCell[])[], delay = BUILT_IN): Tally {
  const all = runs.flat();
  const falseVerdicts = all.filter(({ same }) => isVerdict(same.verdict)).length;
  const fine = all.filter(({ slower }) => slower.resolvable <= delay);
  const found = fine.filter(({ slower }) => slower.verdict === 'slower').length;
  return {
    comparisons: all.length,
    falseVerdicts,
    falsePositiveRate: falseVerdicts / all.length,
    delays: fine.length,
    found,
    power: fine.length === 0 ? null : found / fine.length,
    fineShare: fine.length / all.length,
    covered: all.filter(({ covered }) => covered).length,
    differences: foundDifferences(all),
  };
}

function foundDifferences(all: readonly CalibratedCell[]): FoundDifference[] {
  const shares = all[0]?.differences.map(({ share }) => share) ?? [];
  return shares.map((share, at) => {
    const own = all.map(({ differences }) => differences[at]!);
    const detectable = own.filter(({ isDetectable }) => isDetectable);
    const counted = (some: typeof own) => some.filter(({ found }) => found).length;
    return { share, found: counted(own), detectable: detectable.length, foundOfDetectable: counted(detectable) };
  });
}

/** The same cell by cell. */
export function tallyCells(runs: readonly (readonly CalibratedCell[])[], delay = BUILT_IN): CellCalibration[] {
  const keys = [...new Set(runs.flat().map(keyOf))];
  return keys.map((key) => {
    const own = runs.flat().filter((each) => keyOf(each) === key);
    const { comparisons, falseVerdicts, delays, found, covered = 0 } = tally([own], delay);
    const resolvable = median(own.map(({ slower }) => slower.resolvable));
    const seen = median(own.map((each) => each.seen));
    const { cell, metric } = own[0]!;
    return { cell, metric, comparisons, falseVerdicts, fine: delays, found, covered, seen, resolvable };
  });
}

function keyOf({ cell, metric }: CalibratedCell): string {
  return `${cell} ${metric}`;
}

function isVerdict(verdict: string): boolean {
  return verdict === 'faster' || verdict === 'slower';
}

export function makeCalibration(
  runs: readonly (readonly CalibratedCell[])[],
  about: Pick<Calibration, 'startedAt' | 'design' | 'seed' | 'rounds'>,
  delay = BUILT_IN,
): Calibration {
  return {
    schema: 1,
    ...about,
    finishedAt: new Date().toISOString(),
    runs: runs.length,
    builtIn: delay,
    machine: describeMachine(),
    node: process.version,
    commit: describeCommit(WORKPLACE) ?? null,
    code: { harness: harnessHash() },
    ...tally(runs, delay),
    cells: tallyCells(runs, delay),
  };
}

/** One immutable file for each calibration. Returns the path. */
export function saveCalibration(results: string, calibration: Calibration): string {
  const folder = join(results, calibration.machine.key, CALIBRATIONS);
  const sha = calibration.commit?.sha.slice(0, 12) ?? 'no-commit';
  const path = join(folder, `${calibration.finishedAt.replace(/[-:]|\.\d+/g, '')}-${sha}.json`);
  makeFolder('--results', folder);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(calibration, null, 1)}\n`, { flag: 'wx' });
  renameSync(`${path}.tmp`, path);
  return path;
}

export interface StoredCalibration {
  readonly path: string;
  readonly calibration: Calibration;
  readonly ageMs: number;
  /** Whether it was made by the code that is here, and on a machine of this kind. */
  readonly sameCode: boolean;
  readonly sameMachine: boolean;
}

/** The newest one of this machine's key; without one, of any. Undefined where there is none. */
export function newestCalibration(results: string, key = describeMachine().key): StoredCalibration | undefined {
  const machines = existsSync(results) ? readdirSync(results) : [];
  const inMachine = (machine: string) => {
    const folder = join(results, machine, CALIBRATIONS);
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.map((name) => ({ name, path: join(folder, name) }));
  };
  const own = machines.includes(key) ? inMachine(key) : [];
  const files = own.length > 0 ? own : machines.flatMap(inMachine);
  const newest = files.sort((x, y) => x.name.localeCompare(y.name)).at(-1);
  if (!newest) return undefined;
  const calibration = readCalibration(newest.path);
  return {
    path: newest.path,
    calibration,
    ageMs: Date.now() - Date.parse(calibration.finishedAt),
    sameCode: calibration.code.harness === harnessHash() && calibration.node === process.version,
    sameMachine: calibration.machine.key === key,
  };
}

/** Throws an Error that names the file and what is wrong with it. */
function readCalibration(path: string): Calibration {
  let read: Partial<Calibration>;
  try {
    read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Calibration>;
  } catch (cause) {
    throw new Error(`${path}: no calibration: ${(cause as Error).message}`);
  }
  if (read.schema !== 1) throw new Error(`${path}: schema: expected 1, got ${read.schema}`);
  for (const field of ['falsePositiveRate', 'power', 'finishedAt', 'machine', 'code', 'cells'] as const) {
    if (read[field] === undefined) throw new Error(`${path}: ${field}: not there`);
  }
  return read as Calibration;
}
