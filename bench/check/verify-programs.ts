// The published programs of `verify --benchmark`: each in a process of its own, beside another build of the checker.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PUBLISHED_PROGRAMS, type PublishedProgram } from '../../src/verify/programs/index.js';
import { badValue } from '../base/usage-error.js';
import type { Searched } from './verify-program-process.js';

export interface MeasuredProgram {
  readonly name: string;
  /** Executions that GenMC publishes. */
  readonly published?: number;
  /** Undefined where the process did not end in time. */
  readonly here: Searched | undefined;
  readonly there: Searched | undefined;
  /** Seconds here over seconds there; of a search that did not end there, an upper bound. */
  readonly ratio?: number;
}

const CHECKER = join('dist', 'src', 'exports', 'verify.js');
const PROCESS = fileURLToPath(new URL('./verify-program-process.js', import.meta.url));
/** Searches are not followed for longer; nor, by the other build, for this long. */
const MOST_SECONDS = 60;
const MOST_SECONDS_THERE = 20;
/** Those that take less are searched so often by each build in turn, and the fastest counts. */
const SHORT_SECONDS = 3;
const TURNS = 3;

/** Measures every program, and GenMC's by the build in the folder `against` too, in turn. */
export function measurePrograms(
  against: string | undefined,
  onProgram: (program: MeasuredProgram) => void,
): MeasuredProgram[] {
  const here = fileURLToPath(new URL('../../src/exports/verify.js', import.meta.url));
  const there = against === undefined ? undefined : join(against, CHECKER);
  if (there !== undefined && !existsSync(there)) {
    throw badValue('--against', against!, `a folder with another build of this package: it has no ${CHECKER}`);
  }
  return PUBLISHED_PROGRAMS.map((program) => {
    const measured = measure(program, here, program.executions === undefined ? undefined : there);
    onProgram(measured);
    return measured;
  });
}

function measure({ scenario, executions }: PublishedProgram, here: string, there: string | undefined): MeasuredProgram {
  const { name } = scenario;
  const best: { here?: Searched | undefined; there?: Searched | undefined } = {};
  for (let turn = 0; turn < TURNS; turn++) {
    const isShort = (searched: Searched | undefined): boolean =>
      searched !== undefined && searched.seconds < SHORT_SECONDS;
    if (turn === 0 || isShort(best.here)) best.here = faster(best.here, search(here, name, MOST_SECONDS));
    if (there !== undefined && (turn === 0 || isShort(best.there)))
      best.there = faster(best.there, search(there, name, MOST_SECONDS_THERE));
  }
  const measured = {
    name,
    ...(executions === undefined ? {} : { published: executions }),
    here: best.here,
    there: best.there,
  };
  const isWhole = best.here?.complete === true && best.here.findings.length === 0;
  if (there === undefined || !isWhole || best.there?.complete === false) return measured;
  return { ...measured, ratio: best.here!.seconds / (best.there?.seconds ?? MOST_SECONDS_THERE) };
}

function faster(one: Searched | undefined, other: Searched | undefined): Searched | undefined {
  if (!one || !other) return one ?? other;
  return other.seconds < one.seconds ? other : one;
}

function search(checker: string, name: string, mostSeconds: number): Searched | undefined {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [PROCESS, checker, name], {
    encoding: 'utf8',
    timeout: mostSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  if (signal === 'SIGKILL') return undefined;
  if (status !== 0) throw new Error(`${name}: the process that searches it ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout) as Searched;
}
