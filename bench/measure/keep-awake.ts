// Keeps CPUs awake: a spinning thread of the scheduler's idle class on each, which gives way to every other thread.

import { execFile } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { pin } from '../../src/os/cpus.js';
import { Kernel } from '../system/kernel.js';

/**
 * An idle CPU of a virtual machine is halted, and waking it costs a trip through the hypervisor; an idle CPU of any
 * machine may have gone to a deep sleep state. With this the CPUs are never idle, and what a wake-up then costs is the
 * scheduler's part alone. The spinners are threads of this process, so they end with it however it ends.
 */
export class KeepAwake {
  private readonly workers: readonly Worker[];
  private readonly stopping: Int32Array;

  private constructor(workers: readonly Worker[], stopping: Int32Array) {
    this.workers = workers;
    this.stopping = stopping;
  }

  /**
   * Starts a spinner on each CPU. Rejects with the reason, and leaves none, where one cannot be pinned or made idle
   * class, or where what spinners use is taken off a quota of the threads that are measured.
   */
  static async start(cpus: readonly number[], kernel = new Kernel()): Promise<KeepAwake> {
    const quota = kernel.quota();
    if (typeof quota === 'number') {
      throw new Error(`spinners would use up the CPU quota of this cgroup, ${quota} CPUs: lift it (cpu.max)`);
    }
    const stopping = new Int32Array(new SharedArrayBuffer(4));
    const url = new URL('./keep-awake-thread.js', import.meta.url);
    const workers = cpus.map(() => new Worker(url, { workerData: stopping }));
    const awake = new KeepAwake(workers, stopping);
    try {
      await Promise.all(workers.map((worker, index) => prepare(worker, cpus[index]!)));
    } catch (cause) {
      await awake.stop();
      throw cause;
    }
    for (const worker of workers) {
      worker.unref();
      worker.postMessage('spin');
    }
    return awake;
  }

  async stop(): Promise<void> {
    // Standalone: a latch.
    Atomics.store(this.stopping, 0, 1);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Pins a spinner and moves it to the idle class, before it spins. */
async function prepare(worker: Worker, cpu: number): Promise<void> {
  const id = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (!(await pin(id, cpu, [cpu]))) throw new Error(`taskset (of util-linux) could not pin a thread to CPU ${cpu}`);
  await new Promise<void>((resolve, reject) => {
    execFile('chrt', ['--idle', '--pid', '0', String(id)], (error) => {
      if (error)
        reject(
          new Error(
            `chrt (of util-linux) could not make a thread idle class: ${error.message.trim().split('\n').at(-1)}`,
          ),
        );
      else resolve();
    });
  });
}
