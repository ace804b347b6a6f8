// Any program on shared memory, given by path: threads' functions, words and a final check, checked as designs are.
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkScenarios } from '../../src/verify/designs/check.js';
import {
  ASSUMPTIONS,
  inTask,
  renderTrace,
  replay,
  type Scenario,
  ScenarioError,
  type VerifyOptions,
} from '../../src/verify/index.js';
import { withShareableAtomics } from '../../src/verify/instrument.js';
import { UsageError } from '../base/usage-error.js';
import type { Format } from '../tables/format.js';
import { renderChecked, said } from './verify-report.js';

/** What came of a program: a text, and the exit code. */
export interface Said {
  readonly text: string;
  readonly code: number;
}

export type ProgramTask =
  | { readonly kind: 'verify'; readonly search: VerifyOptions; readonly format: Format | 'json' }
  | { readonly kind: 'replay'; readonly schedule: string };

/** The scenarios that a file exports by default; undefined for a file that exports something else. */
export async function loadProgram(path: string): Promise<readonly Scenario[] | undefined> {
  let exported: unknown;
  try {
    exported = await withShareableAtomics(
      async () => ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default,
    );
  } catch {
    // Told as of a design's file.
    return undefined;
  }
  // As a CommonJS module has it whose source was an ES module.
  if (typeof exported === 'object' && exported !== null && 'default' in exported) exported = exported.default;
  if (exported === undefined || typeof exported === 'function')
    throw new UsageError(
      `verify: ${path}: default export: got ${exported === undefined ? 'nothing' : 'a function'}, takes a design, as defineVariant() makes it, or a program: { words, threads: [{ name, run(words) { .. } }], final(words, results) { .. } }`,
    );
  const all: unknown[] = Array.isArray(exported) ? exported : [exported];
  if (all.length === 0 || !all.some((each) => typeof each === 'object' && each !== null && 'threads' in each))
    return undefined;
  const scenarios = all.map((each, i) =>
    checked(`verify: ${path}${all.length > 1 ? `, scenario ${i + 1}` : ''}`, each, basename(path)),
  );
  const names = scenarios.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new UsageError(`verify: ${path}: two scenarios are called "${twice}"; names must differ`);
  return scenarios;
}

function checked(where: string, value: unknown, name: string): Scenario {
  const refuse = (field: string, got: unknown, takes: string): never => {
    throw new UsageError(`${where}: ${field}: got ${shown(got)}, takes ${takes}`);
  };
  if (typeof value !== 'object' || value === null) return refuse('default export', value, 'a scenario');
  const scenario = { name, ...value } as Scenario;
  if (typeof scenario.name !== 'string') refuse('name', scenario.name, 'text');
  if (!Number.isInteger(scenario.words) || scenario.words < 1) refuse('words', scenario.words, 'a whole number from 1');
  if (!Array.isArray(scenario.threads) || scenario.threads.length === 0)
    refuse('threads', scenario.threads, 'a list of { name, run }');
  for (const hook of ['init', 'invariant', 'final', 'nameOf'] as const) {
    if (scenario[hook] !== undefined && typeof scenario[hook] !== 'function')
      refuse(hook, scenario[hook], 'a function');
  }
  const threads = scenario.threads.map((thread, i) => {
    if (typeof thread?.run !== 'function') refuse(`threads[${i}].run`, thread?.run, 'a function of the words');
    // Its text says whether it catches errors.
    const run = Object.assign(thread.run.bind(thread), { toString: () => String(thread.run) });
    return { ...thread, name: thread.name ?? `thread ${i}`, run };
  });
  const init = (words: Int32Array): unknown => {
    try {
      return scenario.init?.(words);
    } catch (error) {
      throw new ScenarioError(`init() threw: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return { ...scenario, threads, init };
}

/** What is wrong with a scenario shows as it is run. */
async function ofProgram<T>(path: string, run: () => T): Promise<T> {
  try {
    return await inTask(run);
  } catch (error) {
    throw error instanceof ScenarioError ? new UsageError(`verify: ${path}: ${error.message}`) : error;
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** Checks the scenarios. */
export async function verifyProgram(
  path: string,
  scenarios: readonly Scenario[],
  search: VerifyOptions,
  format: Format | 'json',
): Promise<Said> {
  const report = await ofProgram(path, () => checkScenarios(basename(path), scenarios, { search }));
  const { mutants: _, unknownSurvivors: __, staleSurvivors: ___, unreached: ____, ...program } = report;
  const text =
    format === 'json'
      ? JSON.stringify({ schema: 1, assumptions: ASSUMPTIONS, program }, null, 1)
      : `${renderChecked(report, [], format)}\n${said(`assumed: ${ASSUMPTIONS.join('; ')}`)}`;
  const isPartial = search.strategy === 'exhaustive' && !report.complete;
  return { text, code: report.findings.length > 0 ? 1 : isPartial ? 3 : 0 };
}

/** Follows a schedule that was printed: `1,0,0`, or `NAME: 1,0,0` where there are several scenarios. */
export async function replayProgram(path: string, scenarios: readonly Scenario[], text: string): Promise<Said> {
  const colon = text.lastIndexOf(':');
  const name = colon < 0 ? undefined : text.slice(0, colon);
  const steps = text
    .slice(colon + 1)
    .split(',')
    .map((step) => step.trim());
  const scenario =
    name === undefined && scenarios.length === 1 ? scenarios[0] : scenarios.find((each) => each.name === name);
  if (!scenario) {
    const names = scenarios.map((each) => `"${each.name}: .."`).join(', ');
    throw new UsageError(`--replay: ${path} has several scenarios: takes ${names}, got "${text}"`);
  }
  const bad = steps.find((step) => !/^\d+$/.test(step));
  if (bad !== undefined)
    throw new UsageError(
      `--replay: got "${bad}" in a schedule, takes whole numbers with commas, as a finding prints them`,
    );
  const { trace, problem } = await ofProgram(path, () => replay(scenario, steps.map(Number)));
  const outcome = problem ? `${problem.kind}: ${problem.message}` : 'nothing is wrong';
  return { text: `${renderTrace(trace)}\n${outcome}`, code: problem ? 1 : 0 };
}
