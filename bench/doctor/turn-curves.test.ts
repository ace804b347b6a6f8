// Curves of turn lengths as text and picture: every cell, every length, the smallest error marked.
import { expect, it } from 'vitest';
import { TURN_LENGTHS, type TurnCurve } from './turn-curves.js';
import { drawTurnCurves, renderTurnCurves } from './turn-curves-text.js';

const curve = (table: string, errors: readonly number[]): TurnCurve => ({
  ...{ table, channels: 2, pageSize: 65_536, metric: 'jobsPerSecond' },
  errors: errors.map((error, at) => ({ turnMs: TURN_LENGTHS[at]!, error, ratio: 1 })),
});
const curves = [
  curve('hand-off', [0.004, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05]),
  curve('page-size', [0.004, 0.005]),
];

it('the table marks the smallest error of a row, and leaves lengths out that were not measured', () => {
  const lines = renderTurnCurves(curves).split('\n');
  expect(lines.find((line) => line.includes('hand-off, 2 ch'))).toMatch(/0\.40 │ +0\.20\* │ +0\.30 /);
  expect(lines.find((line) => line.includes('page-size, 2 ch, 64k'))).toMatch(/0\.40\* │ +0\.50 │ +- │/);
});

it('the picture has a line for each cell, within its frame', () => {
  const svg = drawTurnCurves(curves);
  const lines = [...svg.matchAll(/<polyline [^>]*points="([^"]*)"/g)].map(([, points]) => points!.split(' '));
  expect(lines.map((points) => points.length)).toEqual([8, 2]);
  for (const [x, y] of lines.flat().map((each) => each.split(',').map(Number))) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(760);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(380);
  }
});
