// A program of somebody's own, checked on a thread of its own, which is watched: a loop without a shared access has no end.
import { Worker } from 'node:worker_threads';
import { UsageError } from '../base/usage-error.js';
import { PATIENCE_MS, watchPulse } from './pulse-watch.js';
import type { ProgramTask, Said } from './verify-program.js';
import type { FromProgramThread } from './verify-program-thread.js';

export class ProgramThread {
  private readonly path: string;
  private readonly worker: Worker;
  private pulse: Int32Array | undefined;

  private constructor(path: string) {
    this.path = path;
    this.worker = new Worker(new URL('./verify-program-thread.js', import.meta.url), { workerData: path });
  }

  /** Undefined for a file that holds no program. Throws UsageError for a program that cannot be checked. */
  static async load(path: string): Promise<ProgramThread | undefined> {
    const thread = new ProgramThread(path);
    const answer = await thread.answer();
    if (answer.kind !== 'loaded') throw new Error(`a checking thread said ${answer.kind} before it had loaded`);
    thread.pulse = answer.pulse;
    // Whoever refuses a flag now leaves it waiting.
    thread.worker.unref();
    return answer.isProgram ? thread : undefined;
  }

  /** Resolves with what came of it. Throws UsageError also for a body that runs on for so long without an operation. */
  async perform(task: ProgramTask, patienceMs = PATIENCE_MS): Promise<Said> {
    let endWatch = (): void => {};
    const stuck = new Promise<never>((_, reject) => {
      endWatch = watchPulse(this.pulse!, patienceMs, (why) => reject(new UsageError(`verify: ${this.path}: ${why}`)));
    });
    this.worker.ref();
    this.worker.postMessage(task);
    try {
      const answer = await Promise.race([this.answer(), stuck]);
      if (answer.kind !== 'said') throw new Error(`a checking thread said ${answer.kind} for its findings`);
      return answer;
    } finally {
      endWatch();
      await this.worker.terminate();
    }
  }

  private answer(): Promise<FromProgramThread> {
    return new Promise((resolve, reject) => {
      this.worker.once('message', (message: FromProgramThread) => {
        if (message.kind === 'refused') reject(new UsageError(message.message));
        else resolve(message);
      });
      this.worker.once('error', reject);
      this.worker.once('exit', (code) =>
        reject(new UsageError(`verify: ${this.path}: the file ended its process, with ${code}, before it was checked`)),
      );
    });
  }
}
