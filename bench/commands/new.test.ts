// The new command in a checkout and in a folder of somebody's own: what it writes, and what it refuses to.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadVariants } from '../plan/catalogue.js';
import { PROJECT } from '../system/project.js';
import { newDesign } from './new.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-new-'));
const own = join(folder, 'own');
const checkout = join(folder, 'checkout');
let said = '';
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  for (const each of [own, join(checkout, 'variants'), join(checkout, 'docs')]) mkdirSync(each, { recursive: true });
  for (const each of ['package.json', 'variants/index.ts']) cpSync(join(PROJECT, each), join(checkout, each));
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function make(where: string, name: string, from?: string): string {
  said = '';
  newDesign(name, from === undefined ? {} : { from }, where);
  return said;
}

describe('in a folder of its own', () => {
  it('writes a design that is loaded as it stands, once the package is there', async () => {
    expect(make(own, 'my-design')).toBe(
      `wrote my-design.mjs\nfirst: npm install --no-save ${PROJECT.slice(0, -1)}\nnext: npx multifd-bench check ./my-design.mjs\n`,
    );
    mkdirSync(join(own, 'node_modules'));
    symlinkSync(PROJECT, join(own, 'node_modules', 'multifd-bench'));
    writeFileSync(join(own, 'package.json'), '{ "type": "module" }');
    expect(make(own, 'other')).toBe('wrote other.js\nnext: npx multifd-bench check ./other.js\n');
    const copies = { boxes: 'mailbox', quick: 'fastest', rings: 'spsc-ring' };
    for (const [name, from] of Object.entries(copies)) expect(make(own, name, from)).toContain(`wrote ${name}.js`);
    const paths = ['my-design.mjs', 'other.js', 'boxes.js', 'quick.js', 'rings.js'].map((name) => join(own, name));
    const listed = await loadVariants(paths.join(','));
    expect(listed.map(({ variant }) => variant.name)).toEqual(['my-design', 'other', 'boxes', 'quick', 'rings']);
    expect(listed.map(({ variant }) => variant.publishesLate).slice(3)).toEqual(['as-it-sees-fit', 'as-asked']);
    const text = readFileSync(paths[0]!, 'utf8');
    expect(text).toMatch(/^\/\/ @ts-check\n\/\*\*\n \* My design: /);
    expect(text).not.toMatch(/template/i);
    expect(text.match(/from '.+'/g)).toEqual(["from 'multifd-bench/variant'"]);
  });

  it('leaves what is there, and names what it takes', () => {
    writeFileSync(join(own, 'taken.js'), 'mine');
    const refusals: [name: string, from: string | undefined, says: string][] = [
      ['taken', undefined, `new: ${join(own, 'taken.js')} is there already`],
      ['mutex', undefined, 'new: got "mutex", takes a name that no registered design has'],
      ['lock-free', undefined, 'new: got "lock-free", takes a name that no registered design has'],
      ['MyDesign', undefined, 'new: got "MyDesign", takes words in lower case joined by dashes'],
      ['../up', undefined, 'new: got "../up", takes words in lower case'],
      ['fine', 'nosuch', '--from: got "nosuch", takes a design with a file of its own'],
      ['fine', 'mutex-mcs', '--from: got "mutex-mcs", takes a design with a file of its own'],
      ['fine', 'async-mutex', '--from: got "async-mutex", takes here no design that imports'],
    ];
    for (const [name, from, says] of refusals) expect(() => make(own, name, from)).toThrow(says);
    expect(readFileSync(join(own, 'taken.js'), 'utf8')).toBe('mine');
    expect(existsSync(join(own, 'fine.js'))).toBe(false);
    expect(() => make(join(folder, 'none'), 'fine')).toThrow(/^new: ENOENT/);
  });
});

describe('in a checkout', () => {
  it('writes TypeScript beside the other designs, and one line into the registry', () => {
    const index = join(checkout, 'variants', 'index.ts');
    const before = readFileSync(index, 'utf8').split('\n');
    expect(make(join(checkout, 'docs'), 'my-design')).toBe(
      'wrote ../variants/my-design.ts, and its line in ../variants/index.ts\nnext: npm run build && npx multifd-bench check my-design\n',
    );
    make(checkout, 'plain');
    const after = readFileSync(index, 'utf8').split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual([
      "  'my-design': from('./my-design.js'),",
      "  plain: from('./plain.js'),",
    ]);
    expect(after.filter((line) => before.includes(line))).toEqual(before);
    // All that the compiler, the lint and the house test see of it is the template, which they see too.
    const template = readFileSync(join(PROJECT, 'variants', 'template.ts'), 'utf8');
    const text = readFileSync(join(checkout, 'variants', 'my-design.ts'), 'utf8');
    expect(text).toBe(template.replace(' Template:', ' My design:').replace("'template'", "'my-design'"));
  });

  it('leaves a registry alone that it does not know, and no design without a line', () => {
    writeFileSync(join(checkout, 'variants', 'index.ts'), 'export {};\n');
    expect(() => make(checkout, 'lost')).toThrow('found no registry to add lost to');
    expect(existsSync(join(checkout, 'variants', 'lost.ts'))).toBe(false);
    expect(() => make(checkout, 'index')).toThrow('index.ts is there already');
  });
});
