// Model-checks several subjects at once, each on a worker thread of its own, at most as many as there are CPUs.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Checked, joinParts } from '../../src/verify/designs/index.js';
import type { FromVerifyThread, VerifyStart } from './verify-thread.js';

export interface Subject extends VerifyStart {
  readonly name: string;
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
      const { name, at, ...start } = work[number]!;
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
  start: VerifyStart,
  onProgress: (progress: Omit<VerifyProgress, 'name'>) => void,
  signal: AbortSignal | undefined,
): Promise<Checked> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./verify-thread.js', import.meta.url), { workerData: start });
    signal?.addEventListener('abort', () => {
      reject(signal.reason);
      void worker.terminate();
    });
    worker.on('message', (message: FromVerifyThread) => {
      if (message.kind === 'checked') resolve(message.checked);
      else onProgress(message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a verifying thread ended with code ${code} and no report`)));
  });
}
