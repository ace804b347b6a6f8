// Lines of bars, and text broken to a width.
import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline.js';
import { wrap } from './wrap.js';

describe('a line of bars', () => {
  it('goes from the lowest value to the highest, each as high as it is', () => {
    expect(sparkline([10, 20, 30, 40, 50, 60, 70, 80], 8)).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([5, 1, 5], 8)).toBe('█▁█');
  });

  it('shares bars where there are more values than room, by their middle one', () => {
    expect(sparkline([1, 1, 9, 1, 9, 9, 1, 9, 9], 3)).toBe('▁██');
    expect(sparkline(Array(1000).fill(3), 20)).toHaveLength(20);
  });

  it('leaves noise small, and takes what there is', () => {
    expect(sparkline([100, 101, 100, 99], 4)).toMatch(/^[▄▅]{4}$/);
    expect(sparkline([0, 0], 4)).toBe('▅▅');
    expect(sparkline([], 4)).toBe('');
    expect(sparkline([1], 0)).toBe('');
  });
});

it('text is broken at spaces, indented from the second line on, and words stay whole', () => {
  expect(wrap('one two three four', 9)).toBe('one two\nthree\nfour');
  expect(wrap('  one two three', 9, 4)).toBe('  one two\n    three');
  expect(wrap('incomprehensible', 5)).toBe('incomprehensible');
  expect(wrap('', 5)).toBe('');
});
