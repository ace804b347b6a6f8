// Where a variant's file of surviving mutants is: beside its source, under its name or under its file's.
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSurvivors, type Survivor } from '../../src/verify/index.js';
import { UsageError } from '../base/usage-error.js';
import type { Listed } from '../plan/catalogue.js';
import { PROJECT } from '../system/project.js';

/** Where a variant's survivors are listed, or would be. */
function survivorsPath({ variant, source }: Listed): string {
  const module = fileURLToPath(source.module);
  // Ours are compiled into dist/; what people edit stands beside the TypeScript.
  const inDist = relative(join(PROJECT, 'dist'), module);
  const folder = dirname(inDist.startsWith('..') ? module : join(PROJECT, inDist));
  const own = join(folder, `${variant.name}.survivors.json`);
  return existsSync(own) ? own : join(folder, `${basename(module).replace(/\.\w+$/, '')}.survivors.json`);
}

/** The variant's survivors; none without a file. Throws UsageError for a file that is no list of them. */
export function survivorsOf(listed: Listed): Survivor[] {
  const path = survivorsPath(listed);
  if (!existsSync(path)) return [];
  try {
    return readSurvivors(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new UsageError(message.startsWith(path) ? message : `${path}: ${message}`);
  }
}
