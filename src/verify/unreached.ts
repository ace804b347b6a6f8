// Shared accesses in a program's files that no execution reached: what stands there was neither checked nor mutated.
import { readFileSync } from 'node:fs';
import { type AnyNode, parse } from 'acorn';
import type { Site } from './site.js';
import { describeSite } from './source.js';
import { visit } from './syntax.js';

/** Methods of the primitives. */
const PRIMITIVE = new Set(['post', 'wait', 'lock', 'unlock', 'until', 'wake', 'wakeOne']);

/** Collects the sites that executions reach; `onSite` goes into the options of `verify`. */
export class Reached {
  private readonly sites = new Map<string, Site>();
  readonly onSite = (site: Site): void => {
    this.sites.set(site.key, site);
  };

  /** `variants/x.ts:71 Atomics.load`: what is left, in every file that was reached and that `files` picks. */
  left(files: (file: string) => boolean): string[] {
    const paths = new Set(
      [...this.sites.values()].map(({ file }) => file).filter((file) => file !== '' && files(file)),
    );
    return [...paths].flatMap((file) =>
      accessesIn(file)
        .filter(({ site }) => !this.sites.has(site.key))
        .map(({ site, operation }) => `${describeSite(site)} ${operation}`),
    );
  }
}

/** Every call in a file that is an access to shared memory, by its looks. */
function accessesIn(file: string): { site: Site; operation: string }[] {
  const found: { site: Site; operation: string }[] = [];
  const tree = parse(readFileSync(file, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  visit(tree, (node) => {
    const operation = operationOf(node);
    if (operation === undefined || node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    // V8 names the place of a call by its callee's property.
    const { property } = node.callee;
    const { line, column } = property.loc!.start;
    const key = `${file}:${line}:${column + 1}`;
    const place = {
      file,
      line,
      column: column + 1,
      functionName: '',
      key,
      offset: property.start,
      isHint: false,
    };
    found.push({ site: place, operation });
  });
  return found;
}

function operationOf(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const { object, property } = node.callee;
  if (property.type !== 'Identifier') return undefined;
  if (object.type === 'Identifier' && object.name === 'Atomics') return `Atomics.${property.name}`;
  // With a name it is `place.lock('mutex')`, which opens one.
  const opens = node.arguments[0]?.type === 'Literal';
  return PRIMITIVE.has(property.name) && !opens ? property.name : undefined;
}
