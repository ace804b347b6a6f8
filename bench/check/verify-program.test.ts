// Programs given to `verify` by path: the documentation's own, wrong ones, and what is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
// All of it runs in the second tier too, in processes of its own.
import '../../src/fixtures/tier.js';
import { useCommands } from '../fixtures/commands.js';
import { docExamples } from '../fixtures/doc-examples.js';
import { ProgramThread } from './program-thread.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-program-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = useCommands();

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The documentation's program. */
const example = docExamples().flatMap(({ file, code }) => (file === 'counter.js' ? [code] : []));

it('checks the program of the documentation, and follows the schedule that it printed', async () => {
  expect(example).toHaveLength(1);
  const counter = written('counter.mjs', example[0]!);
  const { status, stdout } = await cli('verify', counter);
  expect(stdout).toMatch(/^counter\.mjs: 1 FINDING; /m);
  expect(stdout).toMatch(/^final-state in "counter": counted 1$/m);
  expect(status).toBe(1);
  const schedule = /^schedule (\S+)$/m.exec(stdout)![1]!;
  const again = await cli('verify', counter, '--replay', schedule);
  expect(again.stdout).toContain('final-state: counted 1');
  expect(again.status).toBe(1);
  expect(await cli('verify', counter, '--replay', '0,0,1,1')).toMatchObject({ status: 0 });
});

it('says of a right program that all was searched, as JSON too', async () => {
  const right = example[0]!.replace(/const old[\s\S]*?\+ 1\);/, 'Atomics.add(words, 0, 1);');
  const { status, stdout } = await cli('verify', written('right.mjs', right), '--json');
  expect(JSON.parse(stdout).program).toMatchObject({ name: 'right.mjs', complete: true, findings: [] });
  expect(status).toBe(0);
});

it.each([
  ['export default { words: 0, threads: [] }', 'words: got 0, takes a whole number from 1'],
  ['export default { words: 1, threads: [] }', 'threads: got [], takes a list of { name, run }'],
  ['export default { words: 1, threads: [{}] }', 'threads[0].run: got undefined, takes a function of the words'],
  ['export default { words: 1, threads: [{ run() {} }], final: 1 }', 'final: got 1, takes a function'],
  [
    'export default () => ({})',
    'default export: got a function, takes a design, as defineVariant() makes it, or a program',
  ],
  ['export default { words: 1, threads: [{ run() {} }], init() { throw new Error("none") } }', 'init() threw: none'],
  [
    'export default { words: 1, threads: [{ run() {} }], final: () => true }',
    'final() returned true, takes a text that says what is wrong, or undefined if nothing is',
  ],
  [
    'export default { words: 1, hints: { mode: "odd" }, threads: [{ run() {} }] }',
    'hints: mode: got "odd", takes sc, weak, havoc',
  ],
  [
    'export default { words: 1, hints: { mode: "sc", sites: [{ at: "x.js:1" }] }, threads: [{ run() {} }] }',
    'hints: x.js:1 needs the reason why it may race',
  ],
  [
    'export default { words: 1, watched: [0], invariant() {}, threads: [{ run() {} }] }',
    'watched: takes a list of groups, each a list of words: [[0, 1], [2]]',
  ],
])('refuses %s', async (text, message) => {
  const { status, stderr } = await cli('verify', written(`bad-${message.length}.mjs`, text));
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

it('takes assertions for a final check, operations under names of their own, and prints nothing that threads print', async () => {
  const { status, stdout } = await cli(
    'verify',
    written(
      'asserts.mjs',
      `import { strict as assert } from 'node:assert';
      const { load, store } = Atomics;
      const run = (words) => {
        console.log('counts');
        store(words, 0, load(words, 0) + 1);
      };
      export default { words: 1, threads: [{ run }, { run }], final: (words) => assert.equal(words[0], 2, 'one is lost') };`,
    ),
  );
  expect(stdout).toMatch(/^final-state in "asserts.mjs": final\(\) threw: one is lost$/m);
  expect(stdout).not.toContain('counts');
  expect(status).toBe(1);
});

it('ends a body that loops without any access to shared memory, and says what it waits for', async () => {
  const path = written(
    'endless.mjs',
    `let done = false;
    export default {
      words: 1,
      threads: [
        { name: 'waits', run(words) { if (Atomics.load(words, 0) === 0) while (!done); } },
        { name: 'sets', run(words) { Atomics.store(words, 0, 1); } },
      ],
    };`,
  );
  const program = (await ProgramThread.load(path))!;
  const search = { strategy: 'exhaustive' } as const;
  await expect(program.perform({ kind: 'verify', search, format: 'table' }, 500)).rejects.toThrow(
    /endless\.mjs: a thread ran for 0\.5 s and came to no access to shared memory/,
  );
});
