// The table of how far designs are searched.
import { expect, it } from 'vitest';
import { tableOf } from './searches.js';

it('has a row for each design, also where it did not end, and what they come to', () => {
  const whole = { states: 1_234_567, scenarios: 9, whole: 9, findings: [], cpuSeconds: 4.44, mib: 120.6 };
  const part = { ...whole, whole: 7, cpuSeconds: 10, mib: 80 };
  const rows = [
    ['one', whole],
    ['two', part],
    ['three', undefined],
  ] as const;
  const table = tableOf(rows, { seconds: 8.2, atOnce: 2 });
  expect(table.trim().split('\n')).toEqual([
    '| design | states | whole | CPU s | MiB |',
    '| --- | ---: | --- | ---: | ---: |',
    '| one | 1 234 567 | yes | 4.4 | 121 |',
    '| two | 1 234 567 | 7 of 9 scenarios | 10.0 | 80 |',
    '| three | | not in time | | |',
    '',
    '1 of 3 designs are whole; 14 s of CPU together, 8 s with 2 at a time, at most 121 MiB each.',
  ]);
});
