// What the default run resolves on this machine, from the newest saved run of its kind.

import { CELL_DEFAULTS } from '../../src/session/cell.js';
import { DEFAULT_TABLES } from '../plan/tables.js';
import { STUDIED } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { findRuns } from '../store/find.js';
import { readResult } from '../store/read.js';
import { FINE } from './calibration.js';

const TABLES: ReadonlySet<string> = new Set(DEFAULT_TABLES.map(({ id }) => id));

export interface TableResolution {
  readonly table: string;
  readonly metric: string;
  /** The smallest differences that its rows could have found in 80 % of such runs, as fractions: best row and worst. */
  readonly least: number;
  readonly most: number;
  readonly rows: number;
  /** Rows that find a difference of 10 %. */
  readonly fineRows: number;
}

export interface Resolution {
  readonly file: string;
  readonly finishedAt: string;
  readonly node: string;
  readonly harness: string;
  readonly processes: number;
  readonly tables: readonly TableResolution[];
}

/** The newest complete default run below `folder` of a machine key; undefined when there is none. */
export function newestResolution(folder: string, machineKey: string): Resolution | undefined {
  let newest: { path: string; result: Result } | undefined;
  for (const { path } of findRuns(folder, machineKey).runs) {
    const result = readOrSkip(path);
    if (!result || !isDefaultRun(result)) continue;
    if (!newest || result.run.finishedAt > newest.result.run.finishedAt) newest = { path, result };
  }
  if (!newest) return undefined;
  const { run, node, code } = newest.result;
  return {
    file: newest.path,
    finishedAt: run.finishedAt,
    node: node.version,
    harness: code.harness,
    processes: run.rounds,
    tables: tablesOf(newest.result),
  };
}

/** A file of another schema or a broken one says nothing of this machine; other commands complain about it. */
function readOrSkip(path: string): Result | undefined {
  try {
    return readResult(path);
  } catch {
    return undefined;
  }
}

/** Complete, with processes enough for a verdict, of the default tables, and nothing about it asked for otherwise. */
function isDefaultRun({ run, cells, comparisons }: Result): boolean {
  if (!run.complete || run.rounds < 6 || run.keepAwake || comparisons.length === 0) return false;
  return cells.every(
    ({ table, place, wait, elide, rowBytes }) =>
      TABLES.has(table) &&
      place === CELL_DEFAULTS.place &&
      wait.provider === CELL_DEFAULTS.providerWait &&
      wait.sender === CELL_DEFAULTS.senderWait &&
      elide === CELL_DEFAULTS.elide &&
      rowBytes === CELL_DEFAULTS.rowBytes,
  );
}

function tablesOf({ comparisons }: Result): TableResolution[] {
  const groups = new Map<string, { table: string; metric: string; values: number[] }>();
  for (const { cell, metric, b, resolvable } of comparisons) {
    if (b !== STUDIED) continue;
    const table = cell.split(' ')[0]!;
    const group = groups.get(`${table} ${metric}`) ?? { table, metric, values: [] };
    // JSON has no infinity: null is what a row that finds nothing was saved as.
    group.values.push(resolvable ?? Number.POSITIVE_INFINITY);
    groups.set(`${table} ${metric}`, group);
  }
  return [...groups.values()].map(({ table, metric, values }) => ({
    table,
    metric,
    least: Math.min(...values),
    most: Math.max(...values),
    rows: values.length,
    fineRows: values.filter((value) => value <= FINE).length,
  }));
}
