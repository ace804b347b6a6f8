// The threads that a design brings along, from the provider's thread: they open their channels, are pinned, and report.

import { fileURLToPath } from 'node:url';
import { allowedCpus, pin } from '../os/cpus.js';
import type { Place, RunTask, Variant } from '../sender/variant.js';
import type { ThreadReport } from './messages.js';
import { cpuFor } from './placement.js';
import { CLOSE, type OpenTask } from './pooled-channel.js';

const MODULE = fileURLToPath(new URL('./pooled-channel.js', import.meta.url));

/** CPUs that threads were pinned to, by the kernel's thread id: a design may keep its threads from cell to cell. */
const pinnedTo = new Map<number, string>();

export class OwnThreads {
  private readonly run: RunTask;
  private readonly channels: number;
  private readonly pinned: boolean;

  private constructor(run: RunTask, channels: number, pinned: boolean) {
    this.run = run;
    this.channels = channels;
    this.pinned = pinned;
  }

  /** Undefined for designs that bring none. Resolves once every thread has opened its channel and is in its place. */
  static async open(
    { sender }: Variant,
    place: Place,
    task: Omit<OpenTask, 'channel'>,
  ): Promise<OwnThreads | undefined> {
    if (sender.waits !== 'own-threads') return undefined;
    const run = await sender.start(place, MODULE);
    const cpus = allowedCpus();
    const { channels } = place.shape;
    let pinned = true;
    // One after the other: many that start at once all come late, and nobody can tell them from threads that hang.
    for (let channel = 0; channel < channels; channel++) {
      const threadId = (await run(channel, { ...task, channel } satisfies OpenTask)) as number;
      const cpu = cpuFor(task.cell.place, 'sender', channel, cpus);
      if (pinnedTo.get(threadId) !== `${cpu}` && (await pin(threadId, cpu, cpus))) pinnedTo.set(threadId, `${cpu}`);
      pinned &&= cpu !== undefined && pinnedTo.get(threadId) === `${cpu}`;
    }
    return new OwnThreads(run, channels, pinned);
  }

  /** Ends the cell on every thread; one that died is without a report, and has been told of. */
  async close(): Promise<NonNullable<ThreadReport['ownThreads']>> {
    const { channels, pinned, run } = this;
    const closing = Array.from({ length: channels }, (_, channel) => run(channel, CLOSE) as Promise<ThreadReport>);
    const reports = (await Promise.allSettled(closing)).flatMap((each) =>
      each.status === 'fulfilled' ? [each.value] : [],
    );
    return { pinned, reports };
  }
}
