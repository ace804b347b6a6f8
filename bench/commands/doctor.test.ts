import { describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import type { Check } from '../doctor/check.js';
import { programs } from '../doctor/features.js';
import { cli } from '../fixtures/cli.js';

describe('doctor', () => {
  it.skipIf(isLong)('prints one JSON document, and ends as it says', () => {
    const { status, stdout, stderr } = cli('doctor', '--json');
    const { fit, checks, facts } = JSON.parse(stdout) as { fit: boolean; checks: Check[]; facts: { clock: object } };
    expect(stderr).toBe('');
    expect(status).toBe(fit ? 0 : 1);
    expect(fit).toBe(!checks.some((check) => check.status === 'problem'));
    expect(facts.clock).toMatchObject({ backwards: 0 });
  });

  it.runIf(isLong)('takes table and tsv', () => {
    expect(cli('doctor', '--format', 'table').stdout).toContain('\nFloors: a round trip between two threads\n');
    expect(cli('doctor', '--format', 'xml')).toMatchObject({
      status: 2,
      stderr: 'multifd-bench: --format: got "xml", takes table, markdown, csv, tsv\n',
    });
  });
});

/** Without chrt it is refused. */
const able = programs().some(({ name, present }) => present && name === 'chrt');

describe.runIf(isLong && able)('run --keep-awake', () => {
  const small = [
    'run',
    '--no-save',
    '--channels',
    '1',
    '--variants',
    'inline',
    '--rounds',
    '1',
    '--quick',
    '--ram',
    '1m',
  ];

  it.each([[['--keep-awake'], true] as const, [[], false] as const])('%j is recorded', (flags, keepAwake) => {
    const { status, stdout } = cli(...small, ...flags, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).run.keepAwake).toBe(keepAwake);
  });
});
