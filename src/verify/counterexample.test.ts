// Counterexamples: short, replayable, and told in lines of the TypeScript source.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTrace } from './counterexample.js';
import { eventHandOff } from './fixtures/event-hand-off.js';
import { mutantsOf } from './mutate.js';
import { flagHandOff } from './shipped/flag-hand-off.js';
import { replay, verify } from './verify.js';

const scenario = flagHandOff(2, 2);
const [dropped] = mutantsOf([scenario]).filter(({ id }) => id.includes('send') && id.endsWith('notify 1 drop'));

describe('a counterexample', () => {
  it('shows the same problem when it is replayed', () => {
    const finding = verify(scenario, { mutation: dropped! }).findings[0]!;
    expect(finding.kind).toBe('lost-wake-up');
    const again = replay(scenario, finding.schedule, { mutation: dropped! });
    expect(again.problem?.key).toBe(finding.key);
    expect(again.trace).toEqual(finding.trace);
  });

  it('is cut down', () => {
    const long = verify(scenario, { mutation: dropped!, minimise: false }).findings[0]!;
    const short = verify(scenario, { mutation: dropped! }).findings[0]!;
    const switches = (schedule: readonly number[]): number =>
      schedule.filter((step, i) => i > 0 && step % 16 !== schedule[i - 1]! % 16).length;
    expect(switches(short.schedule)).toBeLessThanOrEqual(switches(long.schedule));
    expect(switches(short.schedule)).toBeLessThanOrEqual(4);
  });

  it('names lines of the TypeScript source that hold the operation', () => {
    const finding = verify(eventHandOff({ channels: 1, jobs: 1, conditions: 'words', forgets: 'sender' })).findings[0]!;
    const source = readFileSync('src/verify/fixtures/event-hand-off.ts', 'utf8').split('\n');
    expect(finding.trace.length).toBeGreaterThan(5);
    for (const row of finding.trace) {
      const [, line] = /^src\/verify\/fixtures\/event-hand-off\.ts:(\d+) /.exec(row.line) ?? [];
      const text = source[Number(line) - 1]!;
      if (row.operation.startsWith('Atomics.')) expect(text).toContain(row.operation.replace(/\(.*/, ''));
      if (row.operation.endsWith('.wake()')) expect(text).toContain('.wake()');
    }
    expect(finding.message).toContain('provideByWords');
  });

  it('names both sides of a data race', () => {
    const [plain] = mutantsOf([scenario]).filter(({ id }) => id.includes('send') && id.endsWith('store 1 plain'));
    const finding = verify(scenario, { mutation: plain! }).findings[0]!;
    expect(finding.kind).toBe('data-race');
    expect(finding.message.match(/flag-hand-off\.ts:\d+/g)).toHaveLength(2);
  });

  it('prints as a table', () => {
    const finding = verify(scenario, { mutation: dropped! }).findings[0]!;
    const [head, first] = renderTrace(finding.trace, 200).split('\n');
    expect(head).toMatch(/^step {2}thread +operation +value +line$/);
    expect(first).toMatch(/^ +1 {2}(provider|sender \d) .+flag-hand-off\.ts:\d+/);
  });

  it('fits 80 columns, whatever its operations and files are called, and says all of it', () => {
    const operation = 'Atomics.compareExchange(words[lock of the channel with the longest name], 0, 1)';
    const line = 'variants/a-design-in-a-folder/of-its-own.ts:1234 (anAction)';
    const row = { step: 12, thread: 'provider 0', operation, value: '0', line };
    const shown = renderTrace([row, { ...row, operation: 'ends', line: '' }]).split('\n');
    expect(Math.max(...shown.map(({ length }) => length))).toBeLessThanOrEqual(80);
    const letters = (text: string) => [...text.replace(/\s/g, '')].sort().join('');
    const all = `${Object.keys(row).join('')}${Object.values(row).join('')}12provider 0ends0`;
    expect(letters(shown.join(''))).toBe(letters(all));
    expect(shown.at(-1)).toMatch(/^ {2}12 {2}provider 0 {2}ends +0$/);
  });
});
