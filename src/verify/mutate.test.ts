// Mutants: found at every ordering, killed where the ordering is needed, and held against the file of survivors.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { checkMutants, checkScenarios, joinParts } from './designs/check.js';
import { eventHandOff } from './fixtures/event-hand-off.js';
import { semaphoreHandOff } from './fixtures/semaphore-hand-off.js';
import { type MutantResult, mutate } from './mutate.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { checkSurvivors, readSurvivors } from './survivors.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const alive = (results: readonly MutantResult[]): string[] =>
  results
    .filter(({ status }) => status !== 'killed')
    .map(({ mutant }) => mutant.id.replace(/^src\/verify\/fixtures\/\S+ /, ''));

describe('mutants', () => {
  it('of the flag hand-off are all killed', () => {
    const results = mutate([flagHandOff(2, 1), flagHandOff(2, 2), flagHandOff(2, 3)]);
    expect(alive(results)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(18);
  });

  it('of the semaphore hand-off survive where the semaphores already order', () => {
    const survivors = alive(mutate([semaphoreHandOff({ channels: 2, jobs: 3, sync: true, mutex: false })]));
    // The publication and the sender's reading of it are ordered by post and wait; the flag's clearing is not.
    expect(survivors).toContain('provide Atomics.store 1 plain');
    expect(survivors).toContain('send Atomics.load 1 plain');
    expect(survivors).toContain('setSync Atomics.store 1 plain');
    expect(survivors).not.toContain('send Atomics.store 1 plain');
    expect(survivors).not.toContain('provide Atomics.load 1 plain');
  });

  it('of an event hand-off: forgotten wakes and conditions that are not looked at again are killed', () => {
    const survivors = alive(mutate([eventHandOff({ channels: 2, jobs: 3, conditions: 'words' })]));
    // After the sync every sender's answer is the only thing that can wake the provider.
    expect(survivors).toEqual(['provideByWords until 2 no-loop']);
  });

  it('may be shared out, and are joined in their order', () => {
    const scenarios = [flagHandOff(1, 1)];
    const told = (results: readonly MutantResult[]) => results.map(({ mutant, status }) => `${mutant.id}: ${status}`);
    const checked = checkScenarios('hand-off', scenarios);
    const of = 3;
    const parts = [0, 1, 2].map((index) => checkMutants(checked, scenarios, () => true, { part: { index, of } }));
    const { mutants, unknownSurvivors } = joinParts(parts, []);
    const whole = checkMutants(checked, scenarios, () => true, {});
    expect(told(mutants)).toEqual(told(whole.mutants));
    expect(unknownSurvivors).toEqual(whole.unknownSurvivors);
    expect(told(mutants)).toEqual(told(mutate(scenarios)));
  });

  it('keep their names when lines move, and say where they are now', () => {
    const [first] = mutate([flagHandOff(2, 1)]);
    expect(first!.mutant.id).toBe('src/verify/shipped/flag-hand-off.ts provide Atomics.load 1 plain');
    expect(first!.mutant.line).toBeGreaterThan(1);
  });
});

describe('the file of survivors', () => {
  const result = (id: string, status: MutantResult['status']): MutantResult => ({
    mutant: { id, site: '', how: 'plain', file: '', line: 1, operation: '' },
    status,
    states: 0,
    elapsedMs: 0,
  });
  const directory = mkdtempSync(join(tmpdir(), 'survivors-'));
  const file = (content: unknown): string => {
    const path = join(directory, 'survivors.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it('accepts what it lists, and reports what it does not list and what it lists in vain', () => {
    const accepted = readSurvivors(
      file([
        { mutant: 'a', reason: 'because' },
        { mutant: 'b', reason: 'because' },
      ]),
    );
    const check = checkSurvivors([result('a', 'survived'), result('b', 'killed'), result('c', 'undecided')], accepted);
    expect(check.unknown.map(({ mutant }) => mutant.id)).toEqual(['c']);
    expect(check.stale.map(({ mutant }) => mutant)).toEqual(['b']);
  });

  it('needs a reason for each', () => {
    expect(() => readSurvivors(file([{ mutant: 'a', reason: ' ' }]))).toThrow('entry 0 needs a mutant and a reason');
    expect(() => readSurvivors(file({}))).toThrow('expected an array');
  });
});
