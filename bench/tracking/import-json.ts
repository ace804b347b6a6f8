// The JSON of hyperfine (`--export-json`) and of Google Benchmark (`--benchmark_out`), as runs of ours.
import { badValue, UsageError } from '../base/usage-error.js';
import type { ImportedCell, ImportedRun } from './imported.js';

/** Throws UsageError that names the file and the field. `notes` are what was left out. */
export function importJson(text: string, file: string): { run: ImportedRun; notes: string[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: not JSON, or truncated: ${(cause as Error).message}`);
  }
  const { results, benchmarks, context } = (document ?? {}) as Record<string, unknown>;
  if (Array.isArray(results))
    return { run: { tool: 'hyperfine', cells: results.map(ofHyperfine), where: file }, notes: [] };
  if (!Array.isArray(benchmarks))
    throw new UsageError(
      `${file}: neither "results" (hyperfine --export-json) nor "benchmarks" (Google Benchmark's --benchmark_out) is a list`,
    );
  const { cells, notes } = ofGoogleBenchmark(benchmarks, file);
  return { run: { tool: 'google-benchmark', cells, time: timeOf(context, file), where: file }, notes };

  function ofHyperfine(each: unknown, at: number): ImportedCell {
    const where = `${file}: results[${at}]`;
    const { command, parameters = {}, times, exit_codes: codes = [] } = (each ?? {}) as Record<string, unknown>;
    if (typeof command !== 'string')
      throw badValue(`${where}.command`, command === undefined ? undefined : String(command), 'text');
    const named = Object.entries(parameters as object).filter(([, value]) => !command.includes(String(value)));
    const name = [command, ...named.map(([parameter, value]) => `${parameter}:${value}`)].join(' ');
    const bad = (codes as readonly (number | null)[]).find((code) => code !== 0);
    if (bad !== undefined) return { name, values: {}, failed: bad === null ? 'ended by a signal' : `exit code ${bad}` };
    if (!Array.isArray(times) || times.length === 0)
      throw new UsageError(`${where}.times: not there: this needs the time of each run, not their mean alone`);
    const nsPerJob = times.map((seconds, run) => positive(seconds, `${where}.times[${run}]`, 'seconds') * 1e9);
    return { name, values: { nsPerJob } };
  }
}

/** Nanoseconds of each unit. */
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

interface GoogleBenchmark {
  readonly name?: string;
  readonly run_name?: string;
  readonly run_type?: string;
  readonly error_occurred?: boolean;
  readonly error_message?: string;
  readonly skipped?: boolean;
  readonly skip_message?: string;
  readonly real_time?: unknown;
  readonly cpu_time?: unknown;
  readonly time_unit?: string;
  readonly items_per_second?: unknown;
  readonly bytes_per_second?: unknown;
}

function ofGoogleBenchmark(benchmarks: readonly unknown[], file: string) {
  const cells = new Map<string, { values: Record<string, number[]>; failed?: string }>();
  const notes: string[] = [];
  let aggregates = 0;
  for (const [at, each] of benchmarks.entries()) {
    const benchmark = (each ?? {}) as GoogleBenchmark;
    const where = `${file}: benchmarks[${at}]`;
    const name = benchmark.run_name ?? benchmark.name;
    if (typeof name !== 'string')
      throw badValue(`${where}.name`, name === undefined ? undefined : String(name), 'text');
    if (benchmark.run_type === 'aggregate') {
      aggregates++;
      continue;
    }
    const cell = cells.get(name) ?? { values: {} };
    cells.set(name, cell);
    if (benchmark.error_occurred || benchmark.skipped) {
      cell.failed = benchmark.error_message ?? benchmark.skip_message ?? 'an error occurred';
      continue;
    }
    for (const [metric, value] of Object.entries(numbersOf(benchmark, where)))
      cell.values[metric] = [...(cell.values[metric] ?? []), value];
  }
  if (cells.size === 0 && aggregates > 0)
    throw new UsageError(`${file}: aggregates only: run it without --benchmark_report_aggregates_only`);
  if (aggregates > 0) notes.push(`${file}: ${aggregates} aggregates left out: medians are made from the repetitions`);
  return { cells: [...cells].map(([name, cell]) => ({ name, ...cell })), notes };
}

function numbersOf({ time_unit: unit = 'ns', ...benchmark }: GoogleBenchmark, where: string): Record<string, number> {
  const scale = UNITS[unit];
  if (!Object.hasOwn(UNITS, unit) || scale === undefined)
    throw badValue(`${where}.time_unit`, unit, Object.keys(UNITS).join(', '));
  const { real_time: real, cpu_time: cpu, items_per_second: items, bytes_per_second: bytes } = benchmark;
  return {
    nsPerJob: positive(real, `${where}.real_time`, unit) * scale,
    // A benchmark that sleeps has none to speak of.
    ...(cpu === undefined || cpu === 0 ? {} : { cpuNsPerJob: positive(cpu, `${where}.cpu_time`, unit) * scale }),
    ...(items === undefined ? {} : { jobsPerSecond: positive(items, `${where}.items_per_second`, 'items per second') }),
    ...(bytes === undefined
      ? {}
      : { mibPerSecond: positive(bytes, `${where}.bytes_per_second`, 'bytes per second') / 2 ** 20 }),
  };
}

function positive(value: unknown, where: string, unit: string): number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw badValue(where, value === undefined ? undefined : String(value), `${unit} above 0`);
}

function timeOf(context: unknown, file: string): string | undefined {
  const { date } = (context ?? {}) as { date?: unknown };
  if (date === undefined) return undefined;
  const time = new Date(String(date));
  if (Number.isNaN(time.getTime()))
    throw badValue(
      `${file}: context.date`,
      date === undefined ? undefined : String(date),
      'a time, as in 2026-11-30T10:00:00Z',
    );
  return time.toISOString();
}
