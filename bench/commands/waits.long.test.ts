import { describe, expect, it } from 'vitest';
import { cli } from '../fixtures/cli.js';
import type { Result } from '../result/document.js';

describe('run --wait', () => {
  it('shows what a design without waits by policy measured once for each policy, with the mark', () => {
    const words = ['run', '--no-save', '--quick', '--channels', '1', '--batch-pages', '1', '--transport', 'discard'];
    words.push('--variants', 'mutex,message-port', '--rounds', '1', '--ram', '1m', '--wait', 'park,adaptive');
    const run = (...more: string[]) => cli(...words, ...more);
    const { cells, comparisons } = JSON.parse(run('--json').stdout) as Result;
    expect(cells.map(({ variant, wait }) => `${variant} ${wait.provider} ${wait.sender}`)).toEqual([
      'mutex park park',
      'message-port park park',
      'mutex adaptive adaptive',
      'message-port adaptive adaptive',
    ]);
    const [, once, , again] = cells;
    expect(again).toMatchObject({ status: 'measured', sameAs: once!.id, metrics: once!.metrics });
    expect(cells.filter(({ sameAs }) => sameAs !== undefined).length).toBe(1);
    const bases = comparisons.filter(({ b, metric }) => b === 'message-port' && metric === 'jobsPerSecond');
    expect(bases.length).toBe(2);
    expect(run('--format', 'table').stdout).toContain('= the design has no such choice');
  });
});
