// Filters, rows and columns over the axes of cells.
import { describe, expect, it } from 'vitest';
import { madeUpResult } from '../store/fixtures/result.js';
import { attributesOf, layOut, parseFilter, requireSome } from './projection.js';

const items = madeUpResult({ channels: [1, 2, 16] }).cells.map(({ id }) => ({
  attributes: attributesOf(id, 'jobsPerSecond'),
}));
const passing = (filter: string) =>
  items
    .filter(({ attributes }) => parseFilter(filter)(attributes))
    .map(({ attributes }) => `${attributes.get('variant')} ${attributes.get('channels')}`);

describe('a filter', () => {
  it('takes names, globs, several values and comparisons, all of which must hold', () => {
    expect(passing('variant=mutex')).toEqual(['mutex 1', 'mutex 2', 'mutex 16']);
    expect(passing('variant=*bar* channels>=2')).toEqual(['atomic-barrier 2', 'atomic-barrier 16']);
    expect(passing('channels=1,16 variant!=mutex')).toEqual(['atomic-barrier 1', 'atomic-barrier 16']);
    expect(passing('channels<2')).toHaveLength(2);
    expect(passing('page-size>=4096 page-size<=4k channels>2')).toHaveLength(2);
    expect(passing('metric=nsPerJob')).toEqual([]);
  });

  it('that is none names what it takes', () => {
    expect(() => parseFilter('channels')).toThrow('--filter: got "channels", takes axis=value');
    expect(() => parseFilter('chanels=2')).toThrow(
      /^--filter: got "chanels", takes table, variant, metric, workload, channels/,
    );
    expect(() => parseFilter('channels>many')).toThrow('a number after >');
  });
});

describe('a filter that keeps nothing', () => {
  const refusal = (filter: string) => {
    try {
      requireSome(
        filter,
        items.map(({ attributes }) => attributes),
      );
    } catch (error) {
      return (error as Error).message;
    }
    return 'nothing was refused';
  };

  it('names the value that is not there, those that are, and the one that was meant', () => {
    expect(refusal('variant=mutx')).toBe(
      '--filter variant: got "mutx", takes mutex, atomic-barrier (did you mean "mutex"?)',
    );
    expect(refusal('variant=mutex channels=3')).toBe('--filter channels: got "3", takes 1, 2, 16');
  });

  it('says so where each term holds for some, and none for all; one that keeps some is fine', () => {
    expect(refusal('channels=1 channels>2')).toContain('terms that hold for one cell together');
    expect(refusal('variant=mutex channels>2')).toBe('nothing was refused');
  });
});

describe('tables', () => {
  it('have the variants down and the first axis with several values across', () => {
    const [laid, ...more] = layOut(items, { rows: ['variant'], column: undefined });
    expect(more).toEqual([]);
    expect(laid).toMatchObject({ rows: ['mutex', 'atomic-barrier'], columns: ['1 ch', '2 ch', '16 ch'] });
    expect(laid!.title).toBe('hand-off, pagesPerBatch=1, transport=discard, jobsPerSecond');
    expect(laid!.at('mutex', '16 ch')).toBe(items[4]);
    expect(laid!.at('mutex', '3 ch')).toBeUndefined();
  });

  it('are laid out as asked', () => {
    const laid = layOut(items, { rows: ['channels'], column: 'variant' });
    expect(laid[0]).toMatchObject({ rows: ['1', '2', '16'], columns: ['mutex', 'atomic-barrier'] });
    expect(layOut(items, { rows: ['table'], column: 'metric' })).toHaveLength(6);
  });
});
