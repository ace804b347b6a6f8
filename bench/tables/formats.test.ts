// Exports, against the fields that the receiving tools document, and against such a tool where it is installed.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Result } from '../result/document.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { toBencher } from './bencher.js';
import { toCsv, toMarkdown } from './export-tables.js';
import { toGithubAction } from './github-action.js';
import { toGoogleBenchmark } from './google-benchmark.js';

const made = madeUpResult();
const [first, second, ...others] = made.cells;
const result: Result = {
  ...made,
  cells: [
    { ...first!, status: 'failed', reason: 'hung', metrics: {}, visits: [] },
    { ...second!, status: 'skipped', reason: 'depth', metrics: {}, visits: [] },
    ...others,
  ],
};
const NAME = 'hand-off/mutex/channels=2/pagesPerBatch=1/transport=discard';

/** compare.py of Google Benchmark, as Debian's libbenchmark-tools installs it. */
const COMPARE = '/usr/share/benchmark/compare.py';

describe('Google Benchmark', () => {
  const exported = toGoogleBenchmark(result) as { context: object; benchmarks: Record<string, unknown>[] };

  it('has a repetition for each process, times in ns, and errors as errors', () => {
    expect(exported.context).toMatchObject({
      json_schema_version: 1,
      num_cpus: 2,
      host_name: 'made-up-2c-8g',
      date: expect.any(String),
    });
    const measured = exported.benchmarks;
    // compare.py would take a failed one for 100 % faster.
    expect(exported.context).toMatchObject({ left_out: expect.stringMatching(/: failed: hung$/) });
    expect(measured).toHaveLength(2 * 6);
    for (const [at, benchmark] of measured.slice(0, 6).entries()) {
      expect(benchmark).toMatchObject({
        name: NAME,
        run_name: NAME,
        repetitions: 6,
        repetition_index: at,
        time_unit: 'ns',
        iterations: 2000,
      });
      const { values } = made.cells[2]!.visits[2 * at]!;
      expect(Number(benchmark.real_time) / values.nsPerJob!).toBeCloseTo(1, 1);
      expect(Number(benchmark.items_per_second)).toBeCloseTo(1e9 / Number(benchmark.real_time), -3);
    }
  });

  it.skipIf(!existsSync(COMPARE))('is read by its compare.py (not installed: libbenchmark-tools)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-export-'));
    const slower = madeUpResult({ speed: (_, channels) => 10_000 * channels });
    const paths = [made, slower].map((each, at) => {
      const path = join(folder, `${at}.json`);
      writeFileSync(path, JSON.stringify(toGoogleBenchmark(each)));
      return path;
    });
    try {
      const said = execFileSync('python3', [COMPARE, '--no-color', 'benchmarks', ...paths], { encoding: 'utf8' });
      // Half the speed is twice the time: +1.0.
      expect(said).toMatch(new RegExp(`^${NAME} +\\+(1\\.0|0\\.9)\\d+`, 'm'));
      expect(said).toMatch(/_pvalue +0\.00\d+ +0\.00\d+ +U Test, Repetitions: 6 vs 6/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('Bencher Metric Format', () => {
  it('is as its schema says, with intervals and the built-in measure', () => {
    const number = { type: 'number' };
    const metric = {
      type: 'object',
      properties: { value: number, lower_value: number, upper_value: number },
      required: ['value'],
    };
    const measures = { type: 'object', patternProperties: { '.+': metric } };
    const validate = new Ajv2020().compile({ type: 'object', patternProperties: { '.+': measures } });
    const exported = toBencher(result) as Record<string, Record<string, object>>;
    validate(exported);
    expect(validate.errors).toBeNull();
    const { median, low, high } = made.cells[2]!.metrics.jobsPerSecond!;
    expect(exported[NAME]).toEqual({ throughput: { value: median, lower_value: low, upper_value: high } });
    expect(Object.keys(exported)).toHaveLength(2);
    for (const name of Object.keys(exported)) expect(name.length).toBeLessThanOrEqual(1024);
  });
});

describe('github-action-benchmark', () => {
  it('has entries of one direction, with name, unit and value', () => {
    const bigger = toGithubAction(result, 'higher');
    expect(bigger.map(({ name }) => name)).toEqual([
      `${NAME} jobsPerSecond`,
      expect.stringContaining('atomic-barrier'),
    ]);
    expect(bigger[0]).toMatchObject({
      unit: 'jobs/s',
      value: made.cells[2]!.metrics.jobsPerSecond!.median,
      range: expect.stringMatching(/^± \d/),
    });
    expect(toGithubAction(result, 'lower')).toEqual([]);
  });
});

describe('tables', () => {
  it('of CSV have a line for each process of each cell', () => {
    const [head, ...lines] = toCsv(result)
      .split('\n')
      .map((line) => line.split(','));
    expect(lines).toHaveLength(2 + 2 * 6);
    for (const line of lines.slice(2)) expect(line).toHaveLength(head!.length);
    const record = Object.fromEntries(head!.map((name, at) => [name, lines[2]![at]]));
    expect(record).toMatchObject({
      commit: 'a'.repeat(40),
      machine: 'made-up-2c-8g',
      variant: 'mutex',
      channels: '2',
      metric: 'jobsPerSecond',
      unit: 'jobs/s',
      round: '0',
    });
    expect(Number(record.value)).toBeGreaterThan(30_000);
  });

  it('of Markdown have the variants down and the channels across', () => {
    const text = toMarkdown(made, { rows: ['variant'], column: undefined });
    expect(text).toContain('| | 1 ch | 2 ch |\n| --- | ---: | ---: |\n| mutex | '.replace('| | ', '|  | '));
    expect(text).toMatch(/\| mutex \| \d+ ±[\d.]+ % \|/);
    expect(text).toContain('commit aaaaaaaaaaaa');
  });
});
