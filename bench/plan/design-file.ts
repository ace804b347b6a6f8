// A design in a file of the user's own: found, imported and checked, with one clear error for each way it can be wrong.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Variant } from '../../src/sender/variant.js';
import type { VariantSource } from '../../src/session/messages.js';
import { UsageError } from '../base/usage-error.js';
import { PROJECT } from '../system/project.js';
import { checkDesignShape } from './design-shape.js';

/** What designs import, and where it is in this installation. */
const IMPORTED = 'multifd-bench/variant';
const OURS = fileURLToPath(new URL('../../src/exports/variant.js', import.meta.url));

export function isPath(name: string): boolean {
  return /[./]/.test(name);
}

/** Loads the design at `path`. Throws UsageError that begins with `flag`, names the file and says what is wrong. */
export async function loadDesignFile(
  path: string,
  flag: string,
): Promise<{ readonly variant: Variant; readonly source: VariantSource }> {
  const wrong = (what: string) => new UsageError(`${flag}: ${path}: ${what}`);
  const file = resolve(path);
  if (!existsSync(file)) throw new UsageError(`${flag}: no file ${path}`);
  if (!statSync(file).isFile()) throw wrong('is not a file; takes the path of a .js or .mjs file');
  if (!['.js', '.mjs'].includes(extname(file))) {
    const compiled = /\.[cm]?ts$/.test(file) ? '; compile it first: threads of Node 20 load no TypeScript' : '';
    throw wrong(`takes a .js or .mjs file${compiled}`);
  }
  const require = createRequire(file);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw wrong(whyNotImported(cause));
  }
  if (require.cache[realpathSync(file)]) {
    throw wrong(
      'is a CommonJS module; a design is an ES module: name it .mjs, or set "type": "module" in package.json',
    );
  }
  if (module.default === undefined) {
    const exported = Object.keys(module).join(', ') || 'nothing';
    throw wrong(`has no default export; takes export default defineVariant({ .. }), and it exports ${exported}`);
  }
  refuseOtherInstallation(require, wrong);
  try {
    return {
      variant: checkDesignShape(module.default),
      source: { module: pathToFileURL(file).href, export: 'default' },
    };
  } catch (cause) {
    throw wrong((cause as Error).message);
  }
}

function whyNotImported(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.includes("'multifd-bench'")) {
    return `finds no package multifd-bench beside it: npm install --no-save ${PROJECT.replace(/\/$/, '')}`;
  }
  if (cause instanceof ReferenceError && /^(require|module|exports) is not defined/.test(message)) {
    return `is not an ES module: ${message}; a design has import and export, not require() and module.exports`;
  }
  const name = cause instanceof Error ? `${cause.name}: ` : '';
  // Node keeps to itself where a module does not parse, and tells it on the command line.
  const where = cause instanceof SyntaxError ? '; `node --check` shows the line' : '';
  return `could not be imported: ${name}${message.split('\n')[0]}${where}`;
}

/** Two installations are two sets of modules: hints of one are plain reads to the other's checker. */
function refuseOtherInstallation(require: NodeJS.Require, wrong: (what: string) => UsageError): void {
  let found: string;
  try {
    found = require.resolve(IMPORTED);
  } catch {
    return;
  }
  if (found !== OURS) throw wrong(`imports another installation than this one: ${found}; run that one (npx there)`);
}
