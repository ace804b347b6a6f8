// Model-checks several subjects at once, each on a worker thread of its own, at most as many as there are CPUs.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Checked, joinParts } from '../../src/verify/designs/index.js';
import { PATIENCE_MS, watchPulse } from './pulse-watch.js';
import type { FromVerifyThread, VerifyStart } from './verify-thread.js';

export interface Subject extends VerifyStart {
  readonly name: string;
  /** How long a body may take from one operation to the next. */
  readonly patienceMs?: number;
}

/** How far a subject is. */
export interface VerifyProgress {
  readonly name: string;
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Resolves with a report for each subject, in the order given. Where there are more CPUs than subjects, those with
 * mutants are shared out. Rejects when a subject cannot be run at all, and when `signal` aborts.
 */
export async function checkAll(
  subjects: readonly Subject[],
  onProgress: (running: readonly VerifyProgress[], finished: number) => void,
  signal?: AbortSignal,
): Promise<Checked[]> {
  const cpus = availableParallelism();
  const shares = Math.max(1, Math.floor(cpus / subjects.length));
  const work = subjects.flatMap((subject, at) => {
    const of = subject.mutates && subject.variant ? shares : 1;
    // What else there is to search, the first one searches.
    return Array.from({ length: of }, (_, index) => ({
      ...subject,
      ...(index > 0 && { drawn: 0 }),
      at,
      part: { index, of },
    }));
  });
  const parts: Checked[][] = subjects.map(() => []);
  const running = new Map<number, VerifyProgress>();
  let [next, finished] = [0, 0];
  const tell = () => onProgress([...running.values()], finished);
  const serve = async (): Promise<void> => {
    while (next < work.length) {
      const number = next++;
      const { at, ...start } = work[number]!;
      const { name } = start;
      const onOwnProgress = (progress: Omit<VerifyProgress, 'name'>) => {
        running.set(number, { name, ...progress });
        tell();
      };
      parts[at]![start.part.index] = await check(start, onOwnProgress, signal);
      running.delete(number);
      if (Object.keys(parts[at]!).length === start.part.of) finished++;
      tell();
    }
  };
  await Promise.all(Array.from({ length: Math.min(cpus, work.length) }, serve));
  return parts.map((each, at) => joinParts(each, subjects[at]!.survivors));
}

function check(
  start: Subject,
  onProgress: (progress: Omit<VerifyProgress, 'name'>) => void,
  signal: AbortSignal | undefined,
): Promise<Checked> {
  return new Promise((resolve, reject) => {
    const { name, patienceMs = PATIENCE_MS, ...workerData } = start;
    const worker = new Worker(new URL('./verify-thread.js', import.meta.url), { workerData });
    let endWatch = (): void => {};
    let what = '';
    const onStuck = (why: string): void => {
      resolve(stuck(name, what, why));
      void worker.terminate();
    };
    signal?.addEventListener('abort', () => {
      reject(signal.reason);
      void worker.terminate();
    });
    worker.on('message', (message: FromVerifyThread) => {
      if (message.kind === 'begun') endWatch = watchPulse(message.pulse, patienceMs, onStuck);
      else if (message.kind === 'checked') resolve(message.checked);
      else {
        what = message.what;
        onProgress(message);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      endWatch();
      reject(new Error(`a verifying thread ended with code ${code} and no report`));
    });
  });
}

/** The report of a design one of whose threads never comes back. */
function stuck(name: string, scenario: string, message: string): Checked {
  const key = `not-modelled ${message}`;
  const finding = { kind: 'not-modelled', message, key, scenario, schedule: [], trace: [] } as const;
  return {
    name,
    complete: false,
    states: 0,
    elapsedMs: 0,
    scenarios: [],
    unreached: [],
    findings: [finding],
    mutants: [],
    unknownSurvivors: [],
    staleSurvivors: [],
  };
}
