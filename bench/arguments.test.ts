// No command line crashes a command: each ends with an exit code and a message, and never with a stack. What a command
// would start or write outside its folder is stopped where it would, so that nothing is measured and nothing is touched.
import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../src/fixtures/tier.js';
import { closeCommands, type Ended, makeProgram, openCommands, run } from './fixtures/commands-in-process.js';
import { value } from './fixtures/flag-values.js';
import { PROJECT } from './system/project.js';

const SEED = 23;
const RUNS_PER_COMMAND = isLong ? 45 : 12;
/** What computes for seconds in this process, and starts nothing. */
const COMPUTES = ['--benchmark'];

beforeAll(openCommands);
afterAll(closeCommands);

/** Words for one command: mostly its own flags, each with or without a value. */
function wordsFor(command: Command): fc.Arbitrary<string[]> {
  const flags = command.options.map(({ long, short }) => long ?? short!).filter((name) => !COMPUTES.includes(name));
  const flag = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...flags, '--help') },
    { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
  );
  const option = fc.tuple(flag, fc.option(value, { nil: undefined, freq: 8 })).map(([name, given]) => {
    const takes = command.options.find(({ long }) => long === name)?.required ?? true;
    return given === undefined || !takes ? [name] : [name, given];
  });
  const most = command.registeredArguments.length;
  const given = fc.array(value, { minLength: 0, maxLength: most + 1 });
  const required = command.options
    .filter(({ mandatory }) => mandatory)
    .map(({ long }) => fc.tuple(fc.constant(long!), value));
  const all = fc.tuple(
    given,
    fc.oneof({ weight: 4, arbitrary: fc.tuple(...required) }, fc.constant([])),
    fc.array(option, { maxLength: 5 }),
  );
  return all.map(([words, needed, options]) => [command.name(), ...words, ...needed.flat(), ...options.flat()]);
}

function check({ code, said, begun: hasBegun }: Ended): void {
  expect([0, 1, 2, 3]).toContain(code);
  expect(said).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(said).not.toMatch(/\b(TypeError|RangeError|ReferenceError|undefined is not|Cannot read prop)/);
  if (code !== 0 && !hasBegun) expect(said.trim()).not.toBe('');
}

it('the help of every command fits 80 columns', () => {
  for (const command of makeProgram(() => {}).commands) {
    const lines = command.configureHelp({ helpWidth: 80 }).helpInformation().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  }
});

describe('a command line', () => {
  it('of any command, whatever its arguments and flags', async () => {
    const names = makeProgram(() => {}).commands.map((command) => command.name());
    expect(names).toContain('run');
    const outcomes = { 0: 0, 1: 0, 2: 0, 3: 0, begun: 0 };
    for (const name of names) {
      const command = makeProgram(() => {}).commands.find((each) => each.name() === name)!;
      await fc.assert(
        fc.asyncProperty(wordsFor(command), async (words) => {
          const ended = await run(words);
          check(ended);
          if (ended.begun) outcomes.begun++;
          else outcomes[ended.code as 0]++;
        }),
        { seed: SEED, numRuns: RUNS_PER_COMMAND, endOnFailure: true },
      );
    }
    // They get past the parsers as well as into them.
    const runs = names.length * RUNS_PER_COMMAND;
    expect(outcomes.begun).toBeGreaterThan(runs / 15);
    expect(outcomes[2]).toBeGreaterThan((runs * 4) / 9);
  }, 120_000);

  it.skipIf(isLong)('of no command', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 3 }), async (words) => check(await run(words))),
      { seed: SEED, numRuns: 100 },
    );
  });
});

/** The commands in the shell blocks of README and docs. */
function typedInDocs(): { readonly page: string; readonly words: readonly string[] }[] {
  const names = readdirSync(`${PROJECT}docs`).filter((name) => name.endsWith('.md'));
  return ['README.md', ...names.map((name) => `docs/${name}`)].flatMap((page) => {
    const blocks = readFileSync(`${PROJECT}${page}`, 'utf8').matchAll(/^```sh\n(.*?)^```/gms);
    const lines = [...blocks].flatMap(([, block]) => [
      ...block!.matchAll(/^(?:npx multifd-bench (?<words>.+)|npm run (?:-s )?bench -- (?<ofRun>.+))$/gm),
    ]);
    return lines.map(({ groups }) => {
      const line = groups!.words ?? `run ${groups!.ofRun}`;
      return {
        page,
        words: line
          .split(/ +[#|>&]/)[0]!
          .replaceAll(/["']/g, '')
          .trim()
          .split(/ +/),
      };
    });
  });
}

it.skipIf(isLong)(
  'what the docs tell to type has only commands and flags that are there, and runs that can be planned',
  async () => {
    const { commands } = makeProgram(() => {});
    const typed = typedInDocs();
    expect(typed.length).toBeGreaterThan(60);
    for (const { page, words } of typed) {
      const where = `${page}: ${words.join(' ')}`;
      const command = commands.find((each) => each.name() === words[0]);
      const known = command?.options.flatMap(({ long }) => long ?? []);
      for (const word of words.filter((each) => each.startsWith('--'))) expect(known, where).toContain(word);
      expect(command, where).toBeDefined();
      if (words[0] !== 'run' || /FILE|my-design|disk.img|primitives/.test(where)) continue;
      expect((await run(words)).begun, where).toBe(true);
    }
  },
);
