// Files that are no designs, one for each way to be wrong: what is said of each.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PROJECT } from '../system/project.js';
import { loadVariants } from './catalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-designs-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
let files = 0;

/** A file of that text; its path. */
function write(text: string, ending = '.js'): string {
  const path = join(folder, `design-${files++}${ending}`);
  writeFileSync(path, text);
  return path;
}

/** A design that is fine but for what `changes` put over it: JavaScript, as in a literal. */
const GOOD = `
  name: 'mine', summary: 'It does that. Use it so.', family: 'inline', depth: [1, 1], requesters: 'one',
  state: () => ({ table: {} }), batches: ({ requesters }) => requesters,
  provider: { waits: 'blocks', open: () => ({}) }, sender: { waits: 'never' },`;
const design = (changes: string) => write(`export default {${GOOD} ${changes} };`);

const errorOf = (path: string) =>
  loadVariants(path).then(
    () => 'none',
    (cause: Error) => `${cause.name}: ${cause.message.replaceAll(path, 'FILE')}`,
  );

describe('a file that is no design', () => {
  it.each<[what: string, path: () => string, says: string]>([
    ['is not there', () => join(folder, 'none.js'), '--variants: no file FILE'],
    ['is a folder', () => folder, '--variants: FILE: is not a file; takes the path of a .js or .mjs file'],
    [
      'is TypeScript',
      () => write('export default {};', '.ts'),
      'FILE: takes a .js or .mjs file; compile it first: threads of Node 20 load no TypeScript',
    ],
    ['is text', () => write('hello', '.txt'), 'FILE: takes a .js or .mjs file'],
    ['is CommonJS', () => write('module.exports = {};'), 'FILE: is not an ES module: module is not defined'],
    [
      'is CommonJS where that is what .js means',
      () => {
        mkdirSync(join(folder, 'old'));
        writeFileSync(join(folder, 'old', 'package.json'), '{}');
        const path = join(folder, 'old', 'mine.js');
        writeFileSync(path, 'module.exports = {};');
        return path;
      },
      'FILE: is a CommonJS module; a design is an ES module: name it .mjs, or set "type": "module" in package.json',
    ],
    [
      'does not parse',
      () => write('const a = 1;\nexport default {{;'),
      "FILE: could not be imported: SyntaxError: Unexpected token '{'; `node --check` shows the line",
    ],
    [
      'throws on import',
      () => write("throw new TypeError('no such luck');"),
      'FILE: could not be imported: TypeError: no such luck',
    ],
    ['throws what is no error', () => write('throw null;'), 'FILE: could not be imported: null'],
    [
      'imports what is not there',
      () => write("import './nosuch.js'; export default {};"),
      'FILE: could not be imported: Error: Cannot find module',
    ],
    [
      'finds no package',
      () => write("import 'multifd-bench/variant'; export default {};"),
      `FILE: finds no package multifd-bench beside it: npm install --no-save ${PROJECT.slice(0, -1)}`,
    ],
    [
      'exports nothing as default',
      () => write('export const mine = {}; export const other = 1;'),
      'FILE: has no default export; takes export default defineVariant({ .. }), and it exports mine, other',
    ],
    [
      'exports a function',
      () => write('export default () => 1;'),
      'FILE: default export: got a function, takes an object',
    ],
    ['exports null', () => write('export default null;'), 'FILE: default export: got null, takes an object'],
    [
      'exports an empty object',
      () => write('export default {};'),
      'FILE: name: got nothing, takes words in lower case',
    ],
    ['has a name in camel case', () => design("name: 'myDesign'"), 'FILE: name: got "myDesign", takes words in lower'],
    ['has a name with a newline', () => design("name: 'a\\n'"), 'FILE: name: got "a\n", takes words in lower case'],
    ['is called as a registered one', () => design("name: 'mutex'"), 'FILE: name: got "mutex", which is a registered'],
    ['is called as an alias', () => design("name: 'lock-free'"), 'FILE: name: got "lock-free", which is a registered'],
    ['says nothing of itself', () => design("summary: ' '"), 'FILE: summary: got " ", takes the mechanism in one'],
    ['is of no family', () => design("family: 'quick'"), 'FILE: family: got "quick", takes mutex, lock-free, message,'],
    ['has one depth', () => design('depth: 4'), 'FILE: depth: got 4, takes [least, most]: batches in flight'],
    ['has depths that fall', () => design('depth: [4, 2]'), 'FILE: depth: got [4, 2], takes [least, most]'],
    ['is deeper than the framework', () => design('depth: [1, 257]'), 'FILE: depth: got [1, 257], takes [least, most]'],
    ['takes some requesters', () => design('requesters: 2'), 'FILE: requesters: got 2, takes one, threads'],
    ['has no state()', () => design('state: undefined'), 'FILE: state: got nothing, takes a function of the shape'],
    ['has a state that is no function', () => design('state: {}'), 'FILE: state: got an object, takes a function'],
    [
      'throws in state()',
      () => design("state: () => { throw new Error('not yet'); }"),
      'FILE: state(1 channel) threw: not yet',
    ],
    [
      'throws in state() for three channels only',
      () => design('state: ({ channels }) => ({ table: channels === 3 ? null : {} })'),
      'FILE: state(3 channels): got an object, takes what layout() returns',
    ],
    ['returns no layout', () => design('state: () => 7'), 'FILE: state(1 channel): got 7, takes what layout() returns'],
    [
      'declares a kind that is none',
      () => design("state: () => ({ table: { flag: { kind: 'flag', writer: 'all' } } })"),
      'FILE: state: flag.kind: got "flag", takes atomic, plain, semaphore, lock, event',
    ],
    [
      'declares half a word',
      () => design("state: () => ({ table: { flag: { kind: 'atomic', writer: 'all', count: 0.5 } } })"),
      'FILE: state: flag.count: got 0.5, takes whole numbers from 1',
    ],
    [
      'declares no writer',
      () => design("state: () => ({ table: { flag: { kind: 'atomic' } } })"),
      'FILE: state: flag.writer: got nothing, takes who writes it, in words',
    ],
    [
      'declares a lock that is none',
      () => design("state: () => ({ table: { door: { kind: 'lock', writer: 'all', lock: 'spinning' } } })"),
      'FILE: state: door.lock: got "spinning", takes futex, spin, ticket, mcs, tas',
    ],
    [
      'has fewer batches than requesters',
      () => design('batches: () => 0'),
      'FILE: batches(1 channel): got 0, takes how',
    ],
    ['has an init that is none', () => design("init: 'later'"), 'FILE: init: got "later", takes a function'],
    ['has no provider', () => design('provider: undefined'), 'FILE: provider: got nothing, takes an object: { waits,'],
    [
      'has a provider that waits as none does',
      () => design("provider: { waits: 'sometimes', open() {} }"),
      'FILE: provider.waits: got "sometimes", takes blocks, event-loop',
    ],
    [
      'has a provider without open',
      () => design("provider: { waits: 'blocks' }"),
      'FILE: provider.open: got nothing, takes a function of place and requester',
    ],
    ['has no sender', () => design('sender: null'), 'FILE: sender: got null, takes an object: { waits, open(place,'],
    [
      'has a sender that waits as none does',
      () => design("sender: { waits: 'ever' }"),
      'FILE: sender.waits: got "ever", takes blocks, event-loop, never, own-threads',
    ],
    [
      'has a sender without open',
      () => design("sender: { waits: 'event-loop' }"),
      'FILE: sender.open: got nothing, takes a function of place and channel',
    ],
    [
      'has a task that blocks',
      () => design("sender: { waits: 'blocks', on: 'provider', open() {} }"),
      'FILE: sender.waits: got "blocks", takes event-loop where sender.on is provider',
    ],
  ])('%s', async (_, path, says) => {
    expect(await errorOf(path())).toContain(`UsageError: ${says.startsWith('FILE') ? `--variants: ${says}` : says}`);
  });

  it('belongs to another installation', async () => {
    const other = join(folder, 'node_modules', 'multifd-bench');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'package.json'), '{ "exports": { "./variant": "./variant.js" }, "type": "module" }');
    writeFileSync(join(other, 'variant.js'), 'export const EXIT = -2;');
    const path = write(`import 'multifd-bench/variant'; export default {${GOOD}};`);
    expect(await errorOf(path)).toContain('FILE: imports another installation than this one:');
    rmSync(join(folder, 'node_modules'), { recursive: true });
  });
});

describe('a file that is a design', () => {
  it('is loaded, also through a link and with the ending .mjs', async () => {
    const path = write(`export default {${GOOD}};`, '.mjs');
    const link = join(folder, 'link.mjs');
    symlinkSync(path, link);
    for (const each of [path, link]) {
      expect(await loadVariants(`mutex,${each}`)).toMatchObject([
        { outside: false, variant: { name: 'mutex' } },
        { outside: true, variant: { name: 'mine' }, source: { export: 'default' } },
      ]);
    }
  });

  it('stands once under a name', async () => {
    const paths = [1, 2].map(() => write(`export default {${GOOD}};`));
    await expect(loadVariants(paths.join(','))).rejects.toThrow('--variants: two variants are called mine');
  });

  it('is not what objects have from birth', async () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      await expect(loadVariants(name)).rejects.toThrow(`--variants: got "${name}", takes mutex, atomic-barrier`);
    }
  });
});
