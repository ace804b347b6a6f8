// The variants that a run may use: the registry's, and files of the user's own.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Variant } from '../../src/sender/variant.js';
import type { VariantSource } from '../../src/session/messages.js';
import { registry } from '../../variants/index.js';
import { UsageError } from './usage-error.js';

/** Other names of registered variants. */
const ALIASES: Readonly<Record<string, string>> = { 'lock-free': 'atomic-barrier' };

/** Another build of this project, and what it calls a design. */
export interface Build {
  /** Of its package.json. */
  readonly folder: string;
  readonly variant: string;
}

export interface Listed {
  /** True for a file of the user's own. */
  readonly outside: boolean;
  /** Where it runs, in runs that compare builds: designs are then measured beside themselves. */
  readonly build?: Build;
  readonly variant: Variant;
  readonly source: VariantSource;
}

/** Loads variants by name, alias or path, in the order given; without a list all registered ones, in table order. `flag`: what errors name. */
export async function loadVariants(list?: string, flag = '--variants'): Promise<Listed[]> {
  const names = list === undefined ? Object.keys(registry) : list.split(',').map((name) => name.trim());
  const listed: Listed[] = [];
  for (const name of [...new Set(names)]) listed.push(await load(name, flag));
  const twice = listed.find(
    ({ variant }, index) => listed.findIndex((other) => other.variant.name === variant.name) < index,
  );
  if (twice) throw new UsageError(`${flag}: two variants are called ${twice.variant.name}; names must differ`);
  return listed;
}

async function load(name: string, flag: string): Promise<Listed> {
  const registered = ALIASES[name] ?? name;
  const source = registry[registered] ?? outside(name, flag);
  const module = (await import(source.module)) as Record<string, Variant | undefined>;
  const variant = module[source.export];
  if (typeof variant?.state !== 'function' || typeof variant.name !== 'string') {
    throw new UsageError(`${flag}: ${name} has no default export made by defineVariant()`);
  }
  return { variant, source, outside: !(registered in registry) };
}

function outside(name: string, flag: string): VariantSource {
  if (!/[./]/.test(name)) {
    const known = [...Object.keys(registry), ...Object.keys(ALIASES)].join(', ');
    throw new UsageError(`${flag}: got "${name}", takes ${known}, or a path to a .js file`);
  }
  const path = resolve(name);
  if (!existsSync(path)) throw new UsageError(`${flag}: no file ${name}`);
  return { module: pathToFileURL(path).href, export: 'default' };
}
