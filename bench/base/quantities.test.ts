// Counts and shares in words.
import { expect, it } from 'vitest';
import { counted, percentOf, processes } from './quantities.js';

it('one is not many', () => {
  expect([processes(1), processes(7), counted(1, 'commit'), counted(0, 'commit')]).toEqual([
    '1 process',
    '7 processes',
    '1 commit',
    '0 commits',
  ]);
});

it('a share below 1 % is not shown as none', () => {
  expect([0.5, 0.034, 0.0096, 0.0042, 0.0001, 0].map(percentOf)).toEqual(['50', '3', '1', '0.4', '0.01', '0']);
});
