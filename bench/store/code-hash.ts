// Hashes of the compiled code that is measured: rows of another hash are not compared.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What runs in or around the timed region, whatever the variant. */
const HARNESS = [
  'src/memory',
  'src/ram',
  'src/sender',
  'src/session',
  'src/transport',
  'src/workloads',
  'bench/measure',
];

/** Twelve hexadecimal digits over the compiled files of the framework. */
export function harnessHash(): string {
  const files = HARNESS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
      .map((name) => join(ROOT, folder, name)),
  );
  return hash(files.sort());
}

/** The same over one variant's file. */
export function variantHash(module: string): string {
  return hash([fileURLToPath(module)]);
}

function hash(files: readonly string[]): string {
  const sum = createHash('sha256');
  for (const file of files) sum.update(readFileSync(file));
  return sum.digest('hex').slice(0, 12);
}
