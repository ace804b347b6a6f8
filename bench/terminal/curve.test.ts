// Terminal charts: they fit their columns, and their dots, bars and boxes stand where the values are.
import { describe, expect, it } from 'vitest';
import { renderBars, renderBoxes } from './bars.js';
import { BrailleCanvas } from './braille.js';
import { renderCurve } from './curve.js';

describe('BrailleCanvas', () => {
  it('sets dots from the bottom left', () => {
    const canvas = new BrailleCanvas(2, 1);
    canvas.dot(0, 0);
    canvas.dot(3, 3);
    canvas.dot(9, 9);
    expect(canvas.rows()).toEqual(['⡀⠈']);
  });

  it('draws lines, dotted ones too', () => {
    const canvas = new BrailleCanvas(4, 1);
    canvas.line(0, 0, 7, 0);
    expect(canvas.rows()).toEqual(['⣀⣀⣀⣀']);
    const dotted = new BrailleCanvas(4, 1);
    dotted.line(0, 0, 7, 0, 2);
    expect(dotted.rows()).toEqual(['⡀⡀⡀⡀']);
  });
});

describe('renderCurve', () => {
  const points = [1, 2, 4, 8, 16, 32, 64].map((channels) => ({
    channels,
    value: channels * 10,
    low: channels * 9,
    high: channels * 11,
  }));

  it.each([80, 40, 24])('fits %i columns, with both ends of both axes', (columns) => {
    const lines = renderCurve([{ points }, { points, dotted: true }], 'MiB/s', columns);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(lines[0]).toBe('MiB/s');
    expect(lines[1]).toMatch(/^704 ┤/);
    const ticks = lines.at(-1)!.trim().split(/\s+/);
    expect([ticks[0], ticks.at(-1)]).toEqual(['1', '64']);
  });

  it('rises to the right where the values do', () => {
    const rows = renderCurve([{ points }], '', 60).slice(0, 10);
    const first = rows.findIndex((row) => /[⠁-⣿]/u.test(row.slice(4, 20)));
    const last = rows.findIndex((row) => /[⠁-⣿]/u.test(row.slice(-6)));
    expect(last).toBeLessThan(first);
  });

  it('draws nothing of a single point', () => {
    expect(renderCurve([{ points: points.slice(0, 1) }], 'x', 80)).toEqual([]);
  });
});

describe('bars and boxes', () => {
  it('bars are as long as their values', () => {
    const lines = renderBars(
      [
        { label: 'mutex', value: 50, note: '±3%' },
        { label: 'a-very-long-name-of-a-design', value: 100 },
      ],
      40,
    );
    const [half, whole] = lines.map((line) => [...line].filter((char) => char === '█').length) as [number, number];
    expect(Math.abs(whole - 2 * half)).toBeLessThanOrEqual(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines[0]).toContain('50.0 ±3%');
    expect(lines[1]).toContain('…');
    expect(renderBars([{ label: 'x', value: 0 }], 40)).toEqual([]);
  });

  it('boxes show ends, quarters and the median on one scale', () => {
    const lines = renderBoxes(
      [
        { label: 'a', values: [0, 25, 50, 75, 100] },
        { label: 'b', values: [100, 100] },
        { label: 'c', values: [] },
      ],
      43,
    );
    expect(lines).toHaveLength(3);
    const [a, b, scale] = lines as [string, string, string];
    expect(a).toBe(`a ├${'─'.repeat(9)}▒${'▒'.repeat(9)}┃${'▒'.repeat(10)}${'─'.repeat(9)}┤`.replace('a ', 'a '));
    expect(b.indexOf('┃')).toBe(a.length - 1);
    expect(scale).toMatch(/^ +0\.00 +100$/);
  });
});
