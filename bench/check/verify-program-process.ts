// A process that searches one published program whole, by this build of the checker or by another one's.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as checker from '../../src/verify/index.js';
import { PUBLISHED_PROGRAMS } from '../../src/verify/programs/index.js';

/** What came of it, as one line of JSON. */
export interface Searched {
  readonly complete: boolean;
  readonly states: number;
  /** Executions that were followed to an end. */
  readonly executions: number;
  readonly findings: readonly string[];
  readonly seconds: number;
  readonly mib: number;
}

/** Far beyond what fits into the time. */
const MOST_STATES = 50_000_000;

const [path, name] = process.argv.slice(2);
const { verify } = (await import(pathToFileURL(resolve(path!)).href)) as typeof checker;
const { scenario } = PUBLISHED_PROGRAMS.find((program) => program.scenario.name === name)!;
const { complete, states, schedules, findings, elapsedMs } = verify(scenario, { mostStates: MOST_STATES });
const searched: Searched = {
  complete,
  states,
  executions: schedules,
  findings: findings.map(({ kind, message }) => `${kind} ${message}`),
  seconds: elapsedMs / 1000,
  mib: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(searched));
