// The transport mapped-ram of `run` and `tune`, as a user starts them.
import { describe, expect, it } from 'vitest';
import { cli } from '../fixtures/cli.js';
import type { Result } from '../result/document.js';
import type { Advice } from '../tune/advice.js';

describe('the transport mapped-ram', { timeout: 120_000 }, () => {
  const common = ['--ram', '8m', '--channels', '1,2', '--no-save', '--json', '--transport', 'mapped-ram'];

  it('is measured by run', () => {
    const words = ['run', '--variants', 'mutex,fastest', '--quick', '--rounds', '1'];
    const { status, stdout, stderr } = cli(...words, ...common);
    expect(status, stderr).toBe(0);
    const { cells } = JSON.parse(stdout) as Result;
    expect(cells.map(({ variant, channels }) => `${variant} ${channels}`).sort()).toEqual(
      ['fastest', 'mutex'].flatMap((variant) => [`${variant} 1`, `${variant} 2`]),
    );
    for (const { status, reason, metrics } of cells) {
      expect(status, reason).toBe('measured');
      expect(metrics.mibPerSecond!.median).toBeGreaterThan(0);
    }
  });

  it('gets a number of channels from tune', () => {
    const { stdout, stderr } = cli('tune', '--variants', 'fastest', '--budget', '10s', ...common);
    const advice = JSON.parse(stdout || '{}') as Advice;
    expect(advice.range?.measured, stderr).toEqual([1, 2]);
  });
});
