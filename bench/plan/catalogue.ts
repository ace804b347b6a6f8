// The variants that a run may use: the registry's, and files of the user's own.
import type { Variant } from '../../src/sender/variant.js';
import type { VariantSource } from '../../src/session/messages.js';
import { registry } from '../../variants/index.js';
import { didYouMean } from '../base/did-you-mean.js';
import { UsageError } from '../base/usage-error.js';
import { isPath, loadDesignFile } from './design-file.js';

/** Other names of registered variants. */
const ALIASES: ReadonlyMap<string, string> = new Map([['lock-free', 'atomic-barrier']]);

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
  const registered = ALIASES.get(name) ?? name;
  const source = Object.hasOwn(registry, registered) ? registry[registered] : undefined;
  if (source) {
    const module = (await import(source.module)) as Record<string, Variant>;
    return { variant: module[source.export]!, source, outside: false };
  }
  if (!isPath(name)) {
    const known = [...Object.keys(registry), ...ALIASES.keys()];
    throw new UsageError(
      `${flag}: got "${name}", takes ${known.join(', ')}, or a path to a .js file${didYouMean(name, known)}`,
    );
  }
  const found = await loadDesignFile(name, flag);
  if (isTaken(found.variant.name)) {
    throw new UsageError(`${flag}: ${name}: name: got "${found.variant.name}", which is a registered design's`);
  }
  return { ...found, outside: true };
}

/** True for a registered name and for another name of one. */
export function isTaken(name: string): boolean {
  return Object.hasOwn(registry, name) || ALIASES.has(name);
}

/** Which of the two builds: `a` is what the other one is compared with. */
export type Side = 'a' | 'b';

/** What a cell of such a plan is called in results: without its side. */
export function plainName(variant: string): { variant: string; side: Side } {
  const at = variant.lastIndexOf('@');
  return { variant: variant.slice(0, at), side: variant.slice(at + 1) as Side };
}
