// The new command: writes a design that passes as it stands, and its line in the registry where it is the project's own.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { designText, type Target } from '../check/design-template.js';
import { isTaken } from '../plan/catalogue.js';
import { isDesignName, NAME_TAKES } from '../plan/design-shape.js';
import { PROJECT } from '../system/project.js';

export interface NewFlags {
  readonly from?: string;
}

export function declareNew(program: Command): void {
  program
    .command('new')
    .description('create a design that passes all checks as it stands; in a checkout also its line in the registry')
    .argument('<name>', NAME_TAKES)
    .option('--from <design>', 'start with a copy of that one, instead of the simple one')
    .action((name: string, flags: NewFlags) => exitWith(newDesign(name, flags)));
}

/** Writes into the checkout that `folder` is in, else into `folder`. Nothing that is there is written over. */
export function newDesign(name: string, { from }: NewFlags, folder = process.cwd()): number {
  if (!isDesignName(name)) throw badValue('new', name, NAME_TAKES);
  if (isTaken(name)) throw badValue('new', name, 'a name that no registered design has');
  const checkout = checkoutAround(folder);
  const path = checkout ? join(checkout, 'variants', `${name}.ts`) : join(folder, `${name}.${endingIn(folder)}`);
  const target: Target = checkout ? 'checkout' : 'folder';
  const text = designText(name, target, from);
  write(path, text);
  const shown = relative(folder, path);
  if (checkout) {
    try {
      register(join(checkout, 'variants', 'index.ts'), name);
    } catch (cause) {
      rmSync(path);
      throw cause;
    }
    process.stdout.write(
      `wrote ${shown}, and its line in ${relative(folder, join(checkout, 'variants', 'index.ts'))}\n`,
    );
    process.stdout.write(`next: npm run build && npx multifd-bench check ${name}\n`);
  } else {
    process.stdout.write(`wrote ${shown}\n`);
    if (!findsPackage(folder)) process.stdout.write(`first: npm install --no-save ${PROJECT.replace(/\/$/, '')}\n`);
    process.stdout.write(`next: npx multifd-bench check ./${shown}\n`);
  }
  return 0;
}

/** The root of a checkout of this project: the package by its name, with its sources. */
function checkoutAround(folder: string): string | undefined {
  const root = packageAround(folder);
  return root?.name === 'multifd-bench' && existsSync(join(root.folder, 'variants', 'index.ts'))
    ? root.folder
    : undefined;
}

function packageAround(folder: string): { folder: string; name?: string; type?: string } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, 'package.json');
    if (existsSync(path)) {
      try {
        const { name, type } = JSON.parse(readFileSync(path, 'utf8'));
        return { folder: at, name, type };
      } catch {
        throw new UsageError(`new: ${path}: no JSON`);
      }
    }
    if (at === dirname(at)) return undefined;
  }
}

/** `.js` where that is an ES module, else `.mjs`. */
function endingIn(folder: string): string {
  return packageAround(folder)?.type === 'module' ? 'js' : 'mjs';
}

function findsPackage(folder: string): boolean {
  try {
    createRequire(join(folder, 'design.js')).resolve('multifd-bench/variant');
    return true;
  } catch {
    return false;
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    // A disk that is full leaves a file without its text.
    if (code !== 'EEXIST') rmSync(path, { force: true });
    throw new UsageError(code === 'EEXIST' ? `new: ${path} is there already` : `new: ${message}`);
  }
}

/** Puts the design's line at the end of the registry. */
function register(path: string, name: string): void {
  const text = readFileSync(path, 'utf8');
  const start = text.indexOf('export const registry');
  const end = text.indexOf('\n};', start);
  if (start < 0 || end < 0) throw new UsageError(`new: ${path}: found no registry to add ${name} to`);
  const key = name.includes('-') ? `'${name}'` : name;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${text.slice(0, end)}\n  ${key}: from('./${name}.js'),${text.slice(end)}`, {
      flag: 'wx',
    });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new UsageError(`new: ${(cause as Error).message}`);
  }
}
