// Hashes of the compiled code that is measured: rows of another hash are not compared.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** Twelve hexadecimal digits over the compiled files of the framework; `root`: the `dist` of another build. */
export function harnessHash(root = ROOT): string {
  const files = HARNESS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
      .map((name) => join(root, folder, name)),
  );
  return hash(files.sort());
}

/** The same over one variant's file; in another build the file of the same name. */
export function variantHash(module: string, root = ROOT): string {
  return hash([join(root, relative(ROOT, fileURLToPath(module)))]);
}

function hash(files: readonly string[]): string {
  const sum = createHash('sha256');
  for (const file of files) sum.update(readFileSync(file));
  return sum.digest('hex').slice(0, 12);
}
