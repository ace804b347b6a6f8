// Changes that somebody has accepted: a tracked file for each machine, a line for each commit.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/output.js';
import { UsageError } from '../base/usage-error.js';
import { requireSchema } from '../store/schema.js';

/** Below the results of a machine. */
const FILE = 'blessings.jsonl';
const SCHEMA = 'bench/tracking/blessing.schema.json';

/** What history and gate take for granted from this commit on. */
export interface Blessing {
  /** All 40 digits. */
  readonly commit: string;
  readonly reason: string;
  /** When it was accepted. */
  readonly at: string;
  /** Only cells that this filter holds for, as `--filter` takes it; all of them where it is left out. */
  readonly filter?: string;
}

/** Those of a machine; none where there is no file. Throws UsageError that names the line and the field. */
export function readBlessings(folder: string, machineKey: string): Blessing[] {
  const path = join(folder, machineKey, FILE);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    const place = `${path}:${at + 1}`;
    let blessing: unknown;
    try {
      blessing = JSON.parse(line);
    } catch (cause) {
      throw new UsageError(`${place}: no JSON: ${(cause as Error).message}`);
    }
    requireSchema(SCHEMA, blessing, place);
    return [blessing as Blessing];
  });
}

/** Adds a line. Returns the path. Throws UsageError where the commit is blessed already, for the same cells. */
export function bless(folder: string, machineKey: string, blessing: Blessing): string {
  const known = readBlessings(folder, machineKey).find(
    ({ commit, filter }) => commit === blessing.commit && filter === blessing.filter,
  );
  const path = join(folder, machineKey, FILE);
  if (known) throw new UsageError(`bless: ${path} has ${known.commit.slice(0, 12)} already: ${known.reason}`);
  makeFolder('--results', join(folder, machineKey));
  // One write, so that two at once leave two whole lines.
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  appendFileSync(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${JSON.stringify(blessing)}\n`);
  return path;
}
