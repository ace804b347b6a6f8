// What other benchmarks wrote, made up here: as series that history, compare and gate judge, and what is refused.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { alignRuns } from '../result/align.js';
import { compareRuns } from '../result/compare-runs.js';
import { normalValues } from '../stats/fixtures/simulated.js';
import { saveResult } from '../store/save.js';
import { parseResult, storedText } from '../store/stored.js';
import { DEFAULT_THRESHOLDS } from './gate-config.js';
import { judgeLine } from './gate-line.js';
import { exitCodeOf } from './gate-text.js';
import { seriesOf } from './history.js';
import { importCsv } from './import-csv.js';
import { importJson } from './import-json.js';
import { type ImportedRun, importedResult } from './imported.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});
const MACHINE = 'imported';
const timeAt = (day: number) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
const resultOf = (run: ImportedRun, day = 0) =>
  importedResult(run, { machineKey: MACHINE, time: run.time ?? timeAt(day), commit: undefined });

/** The runs in the order of time, and what the gate says of the newest. */
function judged(runs: readonly ImportedRun[]) {
  folders.push(mkdtempSync(join(tmpdir(), 'multifd-bench-import-')));
  const folder = folders.at(-1)!;
  for (const [day, run] of runs.entries()) saveResult(folder, resultOf(run, day));
  const judging = { thresholds: () => DEFAULT_THRESHOLDS, holds: () => true, wanted: () => true };
  const store = { folder, machineKey: MACHINE };
  const { history, rows } = judgeLine({
    ...{ store, line: undefined, isMeasured: () => true, blessings: [], release: undefined, judging },
  });
  return {
    history,
    rows,
    exit: exitCodeOf(rows.map((row) => (row.status === 'suspect' ? { ...row, status: 'failed' } : row))),
  };
}

/** hyperfine's JSON of two commands, each run so many times. */
function hyperfine(normal: () => number, seconds: number) {
  const times = () => Array.from({ length: 10 }, () => seconds * Math.exp(0.02 * normal()));
  const results = ['sort --stable a.txt', 'uniq a.txt'].map((command) => ({
    ...{ command, mean: seconds, stddev: 0, median: seconds, user: 0, system: 0, min: 0, max: 0, times: times() },
    exit_codes: Array<number>(10).fill(0),
  }));
  return JSON.stringify({ results });
}

describe("hyperfine's JSON", () => {
  const normal = normalValues(new Random(11));
  const runs = (from: number) =>
    Array.from({ length: 14 }, (_, at) => importJson(hyperfine(normal, at < from ? 0.1 : 0.12), 'a.json').run);

  it('is a process a run: the gate finds 20 %, and nothing where nothing changed', () => {
    const slower = judged(runs(13));
    expect(slower.exit).toBe(1);
    expect(slower.rows.map(({ cell, metric, status }) => [cell, metric, status])).toEqual([
      ['imported sort_--stable_a.txt', 'nsPerJob', 'suspect'],
      ['imported uniq_a.txt', 'nsPerJob', 'suspect'],
    ]);
    expect(judged(runs(99)).exit).toBe(0);
  });

  it('of two runs is compared by their processes', () => {
    const [a, b] = [0.1, 0.13].map((seconds) => resultOf(importJson(hyperfine(normal, seconds), 'a.json').run));
    const compared = compareRuns(alignRuns(a!, b!, {}), { a: 'a', b: 'b' }, { a: a!.code, b: b!.code }, () => true);
    expect(compared.map(({ verdict, n }) => [verdict, n])).toEqual(Array(2).fill(['slower', 10]));
    expect(compared[0]!.ratio).toBeCloseTo(1.3, 1);
    // As the file is read again.
    expect(parseResult(storedText(a!), 'a.json').cells[0]!.metrics.nsPerJob!.median).toBeCloseTo(1e8, -7);
  });

  it.each([
    ['{"results":[', 'a.json: not JSON, or truncated'],
    ['{"result":[]}', 'a.json: neither "results" (hyperfine --export-json) nor "benchmarks"'],
    ['{"results":[{"command":"x","mean":1}]}', 'a.json: results[0].times: not there'],
    ['{"results":[{"command":"x","times":[1,0]}]}', 'a.json: results[0].times[1]: got "0", takes seconds above 0'],
  ])('%s is refused', (text, message) => {
    expect(() => importJson(text, 'a.json')).toThrow(message);
  });

  it('a command that failed has no numbers, and two of one name no place', () => {
    const failed = importJson('{"results":[{"command":"x","times":[1],"exit_codes":[3]}]}', 'a.json').run;
    expect(resultOf(failed).cells[0]).toMatchObject({ status: 'failed', reason: 'exit code 3' });
    const twice = importJson('{"results":[{"command":"x y","times":[1]},{"command":"x_y","times":[1]}]}', 'a.json').run;
    expect(() => resultOf(twice)).toThrow('a.json: "x y" and "x_y" would be one series');
  });
});

describe("Google Benchmark's JSON", () => {
  const benchmark = (name: string, about: object) => ({ name, run_name: name, run_type: 'iteration', ...about });
  const document = (benchmarks: readonly object[]) =>
    JSON.stringify({ context: { date: '2026-01-02T03:04:05+01:00', num_cpus: 8 }, benchmarks });

  it('gives a process a repetition, its rates, what failed, and leaves aggregates out', () => {
    const { run, notes } = importJson(
      document([
        benchmark('BM_Copy/8', { real_time: 2, cpu_time: 1.5, time_unit: 'us', bytes_per_second: 2 ** 30 }),
        benchmark('BM_Copy/8', { real_time: 3, cpu_time: 1.5, time_unit: 'us', bytes_per_second: 2 ** 30 }),
        { ...benchmark('BM_Copy/8_mean', { real_time: 2.5 }), run_name: 'BM_Copy/8', run_type: 'aggregate' },
        benchmark('BM_Open', { error_occurred: true, error_message: 'no such file' }),
      ]),
      'b.json',
    );
    expect(notes).toEqual(['b.json: 1 aggregates left out: medians are made from the repetitions']);
    expect(run.time).toBe('2026-01-02T02:04:05.000Z');
    expect(run.cells).toEqual([
      { name: 'BM_Copy/8', values: { nsPerJob: [2000, 3000], cpuNsPerJob: [1500, 1500], mibPerSecond: [1024, 1024] } },
      { name: 'BM_Open', values: {}, failed: 'no such file' },
    ]);
  });

  it.each([
    [[benchmark('a', { real_time: 1, time_unit: 'min' })], 'benchmarks[0].time_unit: got "min", takes ns, us, ms, s'],
    [[benchmark('a', { real_time: -1 })], 'benchmarks[0].real_time: got "-1", takes ns above 0'],
    [[{ ...benchmark('a', {}), run_type: 'aggregate' }], 'run it without --benchmark_report_aggregates_only'],
  ])('%j is refused', (benchmarks, message) => {
    expect(() => importJson(document(benchmarks), 'b.json')).toThrow(message);
  });
});

describe('CSV', () => {
  it('a value a commit: a step of 10 % is red, with the place it began, and red to the end', () => {
    const normal = normalValues(new Random(5));
    const rows = Array.from({ length: 60 }, (_, at) => `${(at < 40 ? 100 : 90) * Math.exp(0.01 * normal())}`);
    const upTo = (count: number) =>
      judged(importCsv(['requests', ...rows.slice(0, count)].join('\n'), 'c.csv', 'higher'));
    expect(upTo(40).exit).toBe(0);
    const last = upTo(60);
    expect(last.exit).toBe(1);
    expect(last.rows[0]).toMatchObject({ metric: 'score', since: { kind: 'step' } });
    expect(last.rows[0]!.since!.commit).toBe(last.history.commits[40]!.runs[0]!.id);
    const [{ changes }] = seriesOf(last.history, () => true) as [ReturnType<typeof seriesOf>[number]];
    expect(changes.steps.map(({ at }) => at)).toEqual([40]);
  });

  it('a row for each value: rows of a commit are the processes of one run', () => {
    const text =
      'sep=;\r\ncommit;name;value;better\r\nabc;"copy; fast";1,5;lower\r\nabc;"copy; fast";1,7;lower\r\nabd;in;9,25;higher\r\n';
    expect(importCsv(text, 'd.csv', 'lower').map(({ commit, cells }) => ({ commit, cells }))).toEqual([
      { commit: 'abc', cells: [{ name: 'copy; fast', values: { value: [1.5, 1.7] } }] },
      { commit: 'abd', cells: [{ name: 'in', values: { score: [9.25] } }] },
    ]);
  });

  it.each([
    ['name,vlaue\na,1', 'e.csv, line 1: column "name" without "value" (did you mean "vlaue"?)'],
    ['nmae,value\na,1', 'e.csv, line 1: column "nmae": takes name, value, commit, time, better (did you mean "name"?)'],
    ['value\n1\nx', 'e.csv, line 3: value: got "x", takes a number above 0'],
    ['value\n1\n0', 'e.csv, line 3: value: got "0", takes a number above 0'],
    ['1\n2\n3', 'e.csv, line 1: got "1" as a heading'],
    ['a,b\n1,2,3', 'e.csv, line 2: got 3 fields, takes 2 as in the headings'],
    ['a;b\n1.652;2.950\n3;4', 'e.csv, line 2: got "1.652", which may be thousands or decimals'],
    ['value,better\n1,bigger', 'e.csv, line 2: better: got "bigger", takes lower, higher'],
    ['value,time\n1,yesterday', 'e.csv, line 2: time: got "yesterday"'],
    ['value', 'e.csv: got no rows'],
    ['commit\nabc', 'e.csv, line 1: takes a column "value", or a column for each series'],
  ])('%j is refused', (text, message) => {
    expect(() => importCsv(text, 'e.csv', 'lower')).toThrow(message);
  });
});
