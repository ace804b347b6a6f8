// Charts of a run: every measured cell has its bar, boxes hold the processes, and all fits 80 and 40 columns.

import { describe, expect, it } from 'vitest';
import type { TableSpec } from '../plan/tables.js';
import type { Result, ResultCell } from '../result/document.js';
import { renderPlots } from './plot.js';

const TABLE: TableSpec = {
  ...{ id: 't', title: 'A table', axes: {}, columns: 'channels', metrics: ['jobsPerSecond'], turns: 1 },
};

function cell(variant: string, channels: number, perSecond: readonly number[]): ResultCell {
  const sorted = perSecond.toSorted((x, y) => x - y);
  const visits = perSecond.flatMap((value, round) =>
    [0, 1].map((visit) => ({
      round,
      position: visit,
      values: { jobsPerSecond: value },
      counters: {},
      jobsPerChannel: [],
    })),
  );
  const summary = {
    median: sorted[sorted.length >> 1]!,
    low: sorted[0]!,
    high: sorted.at(-1)!,
    rounds: perSecond.length,
  };
  return {
    ...{
      id: `t ${variant} channels=${channels}`,
      table: 't',
      variant,
      workload: 'throughput',
      channels,
      requesters: 1,
    },
    ...{
      depth: 1,
      pageSize: 4096,
      pagesPerBatch: 1,
      transport: 'discard',
      codec: 'none',
      place: 'spread',
      elide: true,
    },
    ...{ wait: { provider: 'park', sender: 'park' }, rowBytes: 128, ram: '1m', status: 'measured', visits },
    metrics: { jobsPerSecond: summary },
  } as unknown as ResultCell;
}

const result = {
  cells: [
    ...[1, 2, 4].map((channels) => cell('mutex', channels, [1000 * channels, 1100 * channels, 1200 * channels])),
    ...[1, 2, 4].map((channels) => cell('a-design-of-a-rather-long-name', channels, [2000, 2100, 2200])),
  ],
} as unknown as Result;

describe('renderPlots', () => {
  it.each([80, 40])('fits %i columns', (columns) => {
    const text = renderPlots(result, [TABLE], columns);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text).not.toContain('\u001b');
  });

  it('has bars, boxes and a curve for each column that was measured', () => {
    const text = renderPlots(result, [TABLE], 80);
    expect(text.match(/^\d ch$/gm)).toEqual(['1 ch', '2 ch', '4 ch']);
    expect(text.match(/█/g)!.length).toBeGreaterThan(100);
    expect(text.match(/├/g)!.length).toBeGreaterThanOrEqual(6);
    expect(text).toContain('over channels: mutex, and dotted a-design');
    expect(text).toMatch(/[⠁-⣿]/u);
  });

  it('leaves out what was not measured', () => {
    const failed = { ...result.cells[0]!, status: 'failed', metrics: {} } as ResultCell;
    expect(renderPlots({ ...result, cells: [failed] }, [TABLE], 80)).toBe('');
  });
});
