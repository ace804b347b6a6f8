// The text of a new design: the template, or a copy of a design, under its own name and with imports that fit the place.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as offered from '../../src/exports/variant.js';
import { registry } from '../../variants/index.js';
import { badValue } from '../base/usage-error.js';
import { PROJECT } from '../system/project.js';

const FROM_FLAG = '--from';
const TEMPLATE = 'template';
const QUOTED_PACKAGE = "'multifd-bench/variant'";

/** Where the file goes: beside the project's own designs, or into a folder of the user's. */
export type Target = 'checkout' | 'folder';

/** Throws UsageError for a design that cannot be copied there. */
export function designText(name: string, target: Target, from = TEMPLATE): string {
  const text = sourceOf(from, target).replace(`name: '${from}'`, () => `name: '${name}'`);
  if (from === TEMPLATE) {
    const titled = text.replace(/^( \* )Template:/m, (_, start) => `${start}${titleOf(name)}:`);
    return target === 'checkout' ? titled : `// @ts-check\n${withPackageImports(titled, from)}`;
  }
  return target === 'checkout' ? text : withPackageImports(text, from);
}

function sourceOf(from: string, target: Target): string {
  const takes = 'a design with a file of its own, as atomic-barrier, eventcount, spsc-ring';
  if (from !== TEMPLATE && !Object.hasOwn(registry, from)) throw badValue(FROM_FLAG, from, takes);
  const compiled = from === TEMPLATE ? `${TEMPLATE}.js` : basename(fileURLToPath(registry[from]!.module));
  // The template is plain JavaScript but for its imports, and keeps its empty lines only as TypeScript.
  const isSource = target === 'checkout' || from === TEMPLATE;
  const path = isSource ? join('variants', compiled.replace(/js$/, 'ts')) : join('dist', 'variants', compiled);
  const text = readFileSync(join(PROJECT, path), 'utf8').replace(/^\/\/# sourceMappingURL=.*\n?/m, '');
  if (text.split(`name: '${from}'`).length !== 2) throw badValue(FROM_FLAG, from, takes);
  return text;
}

/** Everything that the framework offers to designs comes from one place outside the project. */
function withPackageImports(text: string, from: string): string {
  return text.replace(/^import \{ ([^}]+) \} from (.+);$/gm, (_, names: string, module: string) => {
    const missing = names.split(', ').find((each) => !(each in offered));
    const other = missing ?? (/^'\.\.?\//.test(module) ? undefined : module);
    if (other === undefined) return `import { ${names} } from ${QUOTED_PACKAGE};`;
    throw badValue(FROM_FLAG, from, `here no design that imports ${other}, which the package does not offer`);
  });
}

/** `my-design`: `My design`. */
function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
