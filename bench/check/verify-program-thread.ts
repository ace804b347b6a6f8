// A worker thread that checks a program of somebody's own: a loop in it that never comes back is ended from outside.
import { parentPort, workerData } from 'node:worker_threads';
import type { Scenario } from '../../src/verify/index.js';
import { pulse } from '../../src/verify/pulse.js';
import { UsageError } from '../base/usage-error.js';
import { loadProgram, type ProgramTask, replayProgram, type Said, verifyProgram } from './verify-program.js';

export type FromProgramThread =
  | { readonly kind: 'loaded'; readonly isProgram: boolean; readonly pulse: Int32Array }
  | ({ readonly kind: 'said' } & Said)
  | { readonly kind: 'refused'; readonly message: string };

const path = workerData as string;
const post = (message: FromProgramThread) => parentPort!.postMessage(message);

async function answering(answer: () => Promise<void>): Promise<void> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    post({ kind: 'refused', message: error.message });
  }
}

async function perform(task: ProgramTask, scenarios: readonly Scenario[]): Promise<void> {
  const said =
    task.kind === 'replay'
      ? await replayProgram(path, scenarios, task.schedule)
      : await verifyProgram(path, scenarios, task.search, task.format);
  post({ kind: 'said', ...said });
}

await answering(async () => {
  const scenarios = await loadProgram(path);
  if (scenarios) parentPort!.once('message', (task: ProgramTask) => answering(() => perform(task, scenarios)));
  post({ kind: 'loaded', isProgram: scenarios !== undefined, pulse });
});
