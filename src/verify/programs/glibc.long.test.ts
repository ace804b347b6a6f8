// glibc's condition variable: the published lost wake-up is found, and what is found happens again when it is replayed.
import { expect, it } from 'vitest';
import { replay, verify } from '../verify.js';
import { glibcCondition } from './glibc-condition.js';

it('loses a wake-up (glibc bug 25847)', () => {
  const scenario = glibcCondition([1, 3, 1]);
  const { findings } = verify(scenario, { strategy: 'bounded', preemptions: 1, mostStates: 4_000_000 });
  expect(findings.map(({ kind }) => kind)).toEqual(['deadlock']);
  const { schedule, message } = findings[0]!;
  expect(replay(scenario, schedule).problem).toMatchObject({ kind: 'deadlock', message });
}, 120_000);
