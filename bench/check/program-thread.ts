// A program of somebody's own, checked on a thread of its own, which is watched: a loop without a shared access has no end.
import { Worker } from 'node:worker_threads';
import { UsageError } from '../base/usage-error.js';
import type { ProgramTask, Said } from './verify-program.js';
import type { FromProgramThread } from './verify-program-thread.js';

/** So long may a body take from one operation to the next. */
const PATIENCE_MS = 20_000;
const LOOKS = 10;

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
    const watch = this.watch(patienceMs);
    this.worker.ref();
    this.worker.postMessage(task);
    try {
      const answer = await Promise.race([this.answer(), watch.stuck]);
      if (answer.kind !== 'said') throw new Error(`a checking thread said ${answer.kind} for its findings`);
      return answer;
    } finally {
      watch.end();
      await this.worker.terminate();
    }
  }

  private watch(patienceMs: number): { readonly stuck: Promise<never>; readonly end: () => void } {
    let [seen, still] = [-1, 0];
    let timer: NodeJS.Timeout;
    const stuck = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const now = this.pulse![0]!;
        still = now === seen ? still + 1 : 0;
        seen = now;
        if (still < LOOKS) return;
        const seconds = patienceMs / 1000;
        reject(
          new UsageError(
            `verify: ${this.path}: a thread ran for ${seconds} s and came to no access to shared memory: a loop that waits for what no other thread can change, such as a variable of the module, never ends`,
          ),
        );
      }, patienceMs / LOOKS);
    });
    return { stuck, end: () => clearInterval(timer) };
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
