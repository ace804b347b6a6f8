// Programs that people use: searched whole, and without a finding.
import { describe, expect, it } from 'vitest';
import { verify } from '../verify.js';
import { PUBLISHED_PROGRAMS } from './index.js';

const PROGRAMS = PUBLISHED_PROGRAMS.filter(({ executions }) => executions === undefined);

describe.each(PROGRAMS)('$scenario.name', ({ scenario }) => {
  it('is searched whole, and has no finding', () => {
    const report = verify(scenario, { mostStates: 20_000_000 });
    expect(report).toMatchObject({ complete: true, findings: [], cuts: [] });
  }, 120_000);
});
