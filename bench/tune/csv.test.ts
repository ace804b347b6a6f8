// Pairs from elsewhere: what is read, what is refused by line, and what is advised.
import { describe, expect, it } from 'vitest';
import { adviceFromPairs, parsePairs } from './csv.js';
import { renderCsvAdvice } from './csv-advice.js';

const SDM91 = [
  'load,throughput',
  '# SPEC SDM91',
  '1,64.9',
  '18, 995.9',
  '36;1652.4',
  '72\t1853.2',
  '',
  '"108","1828.9"',
  '144 1775.0',
  '216,1702.2',
].join('\r\n');

describe('parsePairs', () => {
  it('reads what spreadsheets write: sep=, decimal commas, headings that begin with a digit or a sign, loads below 1', () => {
    const written = 'sep=;\r\n1st run;+ pages/s\r\n0,5;998,5\r\n1;1652,0\r\n2;2.950';
    expect(() => parsePairs(written, 'x.csv')).toThrow('x.csv, line 5: got "2.950", which may be thousands');
    expect(parsePairs(written.replace('2.950', '2,950'), 'x.csv')).toEqual([
      { channels: 0.5, throughput: 998.5 },
      { channels: 1, throughput: 1652 },
      { channels: 2, throughput: 2.95 },
    ]);
  });

  it('reads headings, comments, and the separators in use', () => {
    const points = parsePairs(SDM91, 'x.csv');
    expect(points.map(({ channels }) => channels)).toEqual([1, 18, 36, 72, 108, 144, 216]);
    expect(points[4]!.throughput).toBe(1828.9);
  });

  it.each([
    ['1,2\n2,3\n4,x', 'x.csv, line 3: throughput: got "x", takes a number above 0'],
    ['1,2\n0,3\n4,5', 'x.csv, line 2: load: got "0", takes a number above 0'],
    ['1;998\n2;1.652\n4;2.950', 'x.csv, line 2: got "1.652", which may be thousands or decimals'],
    ['1;1.234.567\n2;3\n4;5', 'x.csv, line 1: got "1.234.567", which may be thousands'],
    ['n,x\n1,2\n2', 'x.csv, line 3: got one field, takes two'],
    ['1,2,3', 'x.csv, line 1: got 3 fields, takes two'],
    ['1,2\nload,throughput\n4,5', 'x.csv, line 2: load: got "load"'],
    ['1,2\n2,3\n2,3', 'x.csv: got 2 different loads, takes at least 3'],
    ['', 'x.csv: got 0 different loads'],
  ])('%j is refused', (text, message) => {
    expect(() => parsePairs(text, 'x.csv')).toThrow(message);
  });
});

describe('adviceFromPairs', () => {
  it('names the least load near the highest, and the peak of the law', () => {
    const advice = adviceFromPairs(parsePairs(SDM91, 'x.csv'));
    expect(advice).toMatchObject({ channels: 72, variant: null, equalSet: [72, 108], lawChannels: 97, pairs: 7 });
    expect(advice.usl.peak).toBeCloseTo(96.5, 1);
    const text = renderCsvAdvice(advice, 80);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/^use 72: the least load within 2 % of the highest throughput; so are 108\n/);
    expect(text).toContain('peak at 96.5');
  });

  it('says that there is no peak where the data have none, and nothing beyond them', () => {
    const linear = [1, 2, 3, 4, 6, 8].map((n, at) => `${n},${n * 100 * (1 + 0.001 * (at % 2))}`).join('\n');
    const advice = adviceFromPairs(parsePairs(linear, 'x.csv'));
    expect(advice.usl).toMatchObject({ peak: null, refused: expect.stringContaining('no peak in range') });
    expect([advice.channels, advice.lawChannels]).toEqual([8, 8]);
  });
});
