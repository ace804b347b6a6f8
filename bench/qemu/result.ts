// A comparison with QEMU as it is saved: every sample, and what is needed to make it again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/output.js';
import { rounded } from '../base/rounding.js';
import { UsageError } from '../base/usage-error.js';
import { QEMU_FOLDER } from '../store/read.js';
import { requireSchema } from '../store/schema.js';
import type { Commit } from '../system/commit.js';
import type { Machine } from '../system/machine.js';
import type { Sample } from './compare.js';

export const QEMU_SCHEMA = 'multifd-bench/qemu/1';

export interface QemuResult {
  readonly schema: typeof QEMU_SCHEMA;
  readonly command: string;
  readonly id: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly node: string;
  readonly commit: Commit | null;
  readonly qemus: readonly { readonly name: string; readonly version: string; readonly major: number }[];
  readonly variants: readonly string[];
  readonly channels: readonly number[];
  readonly rounds: number;
  /** As `--ram` takes it. */
  readonly ram: string;
  readonly ramBytes: number;
  /** Absent in older results: tcp. */
  readonly transport?: string;
  /** What each sender sent of it at the least; absent in older results, whose RAM travelled whole. */
  readonly travelBytes?: number;
  readonly zeroPages: string;
  readonly place: string;
  readonly warnings: readonly string[];
  readonly samples: readonly Sample[];
}

/** Writes it below `folder`, once. Returns the path. */
export function saveQemuResult(folder: string, result: QemuResult): string {
  const { commit, machine, startedAt, id } = result;
  const time = (commit?.time ?? startedAt).replace(/[-:]|\.\d+/g, '');
  const home = join(folder, machine.key, QEMU_FOLDER);
  makeFolder('--results', home);
  const path = join(home, `${time}-${commit?.sha.slice(0, 12) ?? 'no-commit'}-${id}.json`);
  writeFileSync(path, `${stringifyQemu(result)}\n`, { flag: 'wx' });
  return path;
}

/** JSON with a line for each sample. */
export function stringifyQemu(result: QemuResult): string {
  const text = JSON.stringify(
    result,
    (_, value) => (typeof value === 'number' && !Number.isInteger(value) ? rounded(value) : value),
    1,
  );
  return text.replace(/[[{][^[\]{}]*[\]}]/g, (inner) => inner.replace(/\s*\n\s*/g, ' '));
}

/** The file's comparison; undefined when it holds something else. Throws UsageError for a file that cannot be read, or used. */
export function readQemuResult(path: string): QemuResult | undefined {
  let result: QemuResult | null;
  try {
    result = JSON.parse(readFileSync(path, 'utf8')) as QemuResult | null;
  } catch (cause) {
    throw new UsageError(`${path}: no result file: ${(cause as Error).message}`);
  }
  if (result?.schema !== QEMU_SCHEMA) return undefined;
  requireSchema('bench/qemu/result.schema.json', result, path);
  return result;
}
