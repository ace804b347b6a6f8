// The verify command as a user meets it: what passes, what is rejected, what it says in JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { writeCopy } from '../../variants/fixtures/seeded-bugs.js';
import { cli } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';
import { exitCode } from './verify.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const refused = useCommands();
const verify = (...words: string[]) => cli('verify', ...words);

describe('verify', () => {
  it.skipIf(isLong)('says how far a design was searched, and that its error path as upstream has it hangs', () => {
    const { status, stdout } = verify('atomic-barrier', '--channels', '1', '--jobs', '1');
    expect(stdout).toContain('atomic-barrier: no finding; complete;');
    expect(stdout).toMatch(/^│ 1 channel, 1 job \+ sync, exit at +│ \d+ +│ \d+ +│ yes +│ [\d.]+ +│$/m);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      / hint read at variants\/atomic-barrier\.ts:\d+ \(freeChannel\), searched as weak, havoc: /,
    );
    expect(stdout).toContain('verified for 1 channel and 1 job with a sync: atomic-barrier');
    expect(stdout).toContain('assumed: values out of thin air do not occur');
    expect(status).toBe(0);
  });

  it.skipIf(isLong)(
    'rejects a wrong design given by path, with a trace that names its lines',
    () => {
      const edits = [
        ['Atomics.store(words, pendingJob, 0)', 'words[pendingJob] = 0'],
        ["atomicBarrier('atomic-barrier'", "atomicBarrier('wrong'"],
      ] as const;
      const path = writeCopy(folder, 'atomic-barrier', edits);
      const { status, stdout } = verify(path);
      expect(status).toBe(1);
      expect(stdout).toMatch(/^wrong: \d+ FINDINGS?;/m);
      expect(stdout).toMatch(/^data-race in "2 channels, .+": .+ at .+atomic-barrier-0\.js:\d+ \(complete\)/m);
      // A long path stands below.
      expect(stdout).toMatch(/^ +\d+ +sender \d +pendingJob\[\d\] = 0\s+\S+atomic-barrier-0\.js:\d+ \(complete\)$/m);
      expect(stdout).toMatch(/^schedule \d+(,\d+)+$/m);
    },
    60_000,
  );

  it.runIf(isLong)(
    'finds every mutant of atomic-barrier, or has it listed with the reason why the ordering is redundant',
    () => {
      const { status, stdout } = verify('lock-free', '--mutate', '--json');
      const { designs } = JSON.parse(stdout);
      expect(designs).toHaveLength(1);
      expect(designs[0]).toMatchObject({ name: 'atomic-barrier', complete: true, findings: [] });
      expect(designs[0]).toMatchObject({ unknownSurvivors: [], staleSurvivors: [] });
      expect(designs[0].states).toBeGreaterThan(10_000);
      const killed = designs[0].mutants.filter(({ status: how }: { status: string }) => how === 'killed');
      expect(killed.length).toBeGreaterThan(10);
      expect(killed[0]).toMatchObject({ how: 'plain', finding: { kind: 'data-race' }, line: expect.any(Number) });
      expect(status).toBe(0);
    },
    120_000,
  );

  it.skipIf(isLong)(
    'fails for a finding, for a mutant that lives unlisted and for a list that is stale; 3 is: not searched whole',
    () => {
      const clean = {
        name: 'x',
        complete: true,
        states: 1,
        elapsedMs: 1,
        scenarios: [],
        unreached: [],
      };
      const report = { ...clean, findings: [], mutants: [], unknownSurvivors: [], staleSurvivors: [] };
      expect(exitCode([report], 'exhaustive')).toBe(0);
      expect(exitCode([report, { ...report, unknownSurvivors: ['a'] }], 'exhaustive')).toBe(1);
      expect(exitCode([{ ...report, staleSurvivors: ['a'] }], 'exhaustive')).toBe(1);
      expect(exitCode([{ ...report, complete: false }], 'exhaustive')).toBe(3);
      expect(exitCode([{ ...report, complete: false }], 'pct')).toBe(0);
    },
  );

  it.skipIf(isLong)('searches at random where it is told to, and then claims nothing whole', () => {
    const { status, stdout } = verify('mutex', '--strategy', 'pct', '--schedules', '50');
    expect(stdout).toContain('mutex: no finding; NOT complete;');
    expect(stdout).toContain('no finding by pct search');
    expect(status).toBe(0);
  });

  it.each([
    [['inline'], 'verify: inline is not modelled: it has no sender threads'],
    [['nosuch'], 'verify: got "nosuch", takes mutex, atomic-barrier'],
    [['mutex', '--channels', '9'], '--channels: got "9", takes whole numbers from 1 to 8'],
    [['mutex', '--strategy', 'luck'], '--strategy: got "luck", takes exhaustive, bounded, random, pct'],
    [['mutex', '--mutate', '--jobs', '1'], '--mutate: needs at least --channels 2 --jobs 2'],
    [['mutex', '--mutate', '--strategy', 'pct'], '--mutate: a mutant lives only if all states were searched'],
  ])('%j ends with 2 and says why', async (words, message) => {
    const { status, stdout, stderr } = await refused('verify', ...words);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
