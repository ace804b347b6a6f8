import { describe, expect, it } from 'vitest';
import { boxedTable } from './boxed-table.js';

const widthOf = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
const table = (columns: number, value: string) => {
  const names = Array.from({ length: columns }, (_, at) => `c${at}`);
  return boxedTable(['variant', ...names], [['atomic-barrier', ...names.map(() => value)]]);
};

describe('boxedTable', () => {
  it('divides columns among parts that fit, each with the names of the rows', () => {
    const text = table(7, '17.3 k ±12%\nx1.02 ±3%');
    expect(widthOf(text)).toBeLessThanOrEqual(80);
    expect(text.match(/c\d/g)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6']);
    const heads = text.split('\n').filter((line) => line.includes('variant'));
    expect(heads.map((line) => line.match(/c\d/g)!.length)).toEqual([4, 3]);
    expect(text.match(/atomic-barrier/g)!.length).toBe(2);
  });

  it('leaves what fits in one part, and a column that cannot fit as it is', () => {
    expect(table(3, '17.3 k ±12%').match(/variant/g)!.length).toBe(1);
    expect(table(2, 'w'.repeat(90)).match(/variant/g)!.length).toBe(2);
  });
});
