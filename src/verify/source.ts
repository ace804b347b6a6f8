// Where a compiled line stands in the TypeScript that it came from, by its source map.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { Site } from './site.js';

export interface SourcePlace {
  /** Absolute path: the TypeScript file where there is a map, else the compiled one. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const maps = new Map<string, SourceMap | null>();

/** Follows the source map beside the compiled file, if it has one. */
export function sourceOf(site: Site): SourcePlace {
  const map = mapOf(site.file);
  const entry = map?.findEntry(site.line - 1, site.column - 1);
  if (entry && 'originalLine' in entry && entry.originalSource) {
    return {
      file: resolve(dirname(site.file), entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }
  return { file: site.file, line: site.line, column: site.column };
}

/** The TypeScript file of a compiled one; the compiled one itself without a map. */
export function sourceFileOf(file: string): string {
  const source = mapOf(file)?.payload.sources[0];
  return source ? resolve(dirname(file), source) : file;
}

/** `src/memory/semaphore.ts:52 (Semaphore.post)`, relative to the working directory. */
export function describeSite(site: Site): string {
  if (site.file === '') return site.functionName || '?';
  const { file, line } = sourceOf(site);
  const name = site.functionName === '' ? '' : ` (${site.functionName})`;
  return `${relative(process.cwd(), file)}:${line}${name}`;
}

/** The comment at a site's line or directly above it, without its slashes; empty without one, or without the source. */
export function commentAt(site: Site): string {
  const { file, line } = sourceOf(site);
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').split('\n');
  const behind = /\/\/ (.+)$/.exec(lines[line - 1] ?? '');
  if (behind) return behind[1]!;
  let first = line - 1;
  while (first > 0 && /^\s*\/\//.test(lines[first - 1]!)) first--;
  return lines
    .slice(first, line - 1)
    .map((text) => text.replace(/^\s*\/\/ ?/, ''))
    .join(' ');
}

/** The path within the package that the file belongs to: the same wherever the checker is started. */
export function pathInPackage(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return ofSource(relative(folder, file));
    if (folder === dirname(folder)) return relative(process.cwd(), file);
  }
}

/** The package ships no maps: a compiled file of its own goes by the name of its source, as in a checkout. */
function ofSource(path: string): string {
  return path.replace(/^dist\/(.+)\.js$/, '$1.ts');
}

function mapOf(file: string): SourceMap | null {
  let map = maps.get(file);
  if (map === undefined) {
    const path = `${file}.map`;
    map = existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : null;
    maps.set(file, map);
  }
  return map;
}
