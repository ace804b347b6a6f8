// Model-checks several subjects at once, each on a worker thread of its own, at most as many as there are CPUs.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Checked } from '../../src/verify/designs/index.js';
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
 * Resolves with a report for each subject, in the order given. Rejects when a subject cannot be run at all, and when
 * `signal` aborts.
 */
export async function checkAll(
  subjects: readonly Subject[],
  onProgress: (running: readonly VerifyProgress[], finished: number) => void,
  signal?: AbortSignal,
): Promise<Checked[]> {
  const reports: Checked[] = [];
  const running = new Map<number, VerifyProgress>();
  let [next, finished] = [0, 0];
  const tell = () => onProgress([...running.values()], finished);
  const serve = async (): Promise<void> => {
    while (next < subjects.length) {
      const index = next++;
      const { name, ...start } = subjects[index]!;
      const onOwnProgress = (progress: Omit<VerifyProgress, 'name'>) => {
        running.set(index, { name, ...progress });
        tell();
      };
      reports[index] = await check(start, onOwnProgress, signal);
      running.delete(index);
      finished++;
      tell();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), subjects.length) }, serve));
  return reports;
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
