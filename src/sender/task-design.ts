/**
 * Designs whose channels are tasks on the provider's event loop: QEMU's protocol with awaited waits. What differs
 * between two of them is the guard that a channel's state is held under, from prepare over the awaited write.
 *
 *   provider: sendPages()                      channel task: next() .. complete()
 *   1. awaits  channelsReady              <--  0. posts   channelsReady
 *   2. finds   a channel with no job
 *   3. awaits  its guard, swaps pages, releases
 *   4. posts   sem                        -->  5. awaits  sem, awaits guard, writes, releases
 *
 * Nothing here is shared between threads: one event loop runs it all, and between two awaits nobody else does.
 */
import { layout, type Table } from '../memory/layout.js';
import { TaskSemaphore } from '../memory/task-semaphore.js';
import type { BatchIndex } from '../ram/batches.js';
import { EXIT, type Place, perChannel, SYNC, type Variant } from './variant.js';

/** Mutual exclusion among the tasks of one event loop. */
export interface Guard {
  /** Waits for the turn; resolves with what ends it, or with undefined once closed. */
  acquire(): Promise<(() => void) | undefined>;
  close(): void;
}

/** What makes one such design. Without a guard nothing is awaited in its place. */
export interface TaskDesign {
  readonly name: string;
  readonly summary: string;
  readonly family: Variant['family'];
  readonly makeGuard?: () => Guard;
}

interface Channel {
  readonly sem: TaskSemaphore;
  readonly semSync: TaskSemaphore;
  readonly guard: Guard | undefined;
  pendingJob: boolean;
  pages: BatchIndex;
}

/** All channels, and the count of idle ones. */
class Channels {
  readonly ready = new TaskSemaphore();
  readonly all: readonly Channel[];

  constructor({ shape, onExit }: Place, makeGuard: (() => Guard) | undefined) {
    this.all = perChannel(shape, (channel) => ({
      sem: new TaskSemaphore(),
      semSync: new TaskSemaphore(),
      guard: makeGuard?.(),
      pendingJob: false,
      pages: shape.requesters + channel,
    }));
    onExit(() => {
      this.ready.close();
      for (const { sem, semSync, guard } of this.all) for (const each of [sem, semSync, guard]) each?.close();
    });
  }
}

const released = () => {};

export function taskDesign({ makeGuard, ...names }: TaskDesign): Variant {
  const channelsOn = (place: Place) => place.local(() => new Channels(place, makeGuard));
  return {
    ...names,
    depth: [1, 1],
    requesters: 'one',
    state: () => layout<Table>({}),
    batches: ({ channels, requesters }) => requesters + channels,

    provider: {
      waits: 'event-loop',
      open(place) {
        const { ready, all } = channelsOn(place);
        let nextChannel = 0;
        return {
          async sendPages(full) {
            if (place.exiting || !(await ready.wait())) return EXIT;
            while (all[nextChannel]!.pendingJob) nextChannel = (nextChannel + 1) % all.length;
            const channel = all[nextChannel]!;
            nextChannel = (nextChannel + 1) % all.length;
            const release = channel.guard ? await channel.guard.acquire() : released;
            if (!release) return EXIT;
            const empty = channel.pages;
            channel.pages = full;
            channel.pendingJob = true;
            release();
            channel.sem.post();
            return empty;
          },
          async signalSync() {
            for (const channel of all) {
              const release = channel.guard ? await channel.guard.acquire() : released;
              if (!release) return false;
              release();
              channel.sem.post();
            }
            return true;
          },
          async collectSync() {
            for (const channel of all) {
              if (!(await ready.wait()) || !(await channel.semSync.wait())) return false;
            }
            return true;
          },
        };
      },
    },

    sender: {
      waits: 'event-loop',
      on: 'provider',
      open(place, index) {
        const { ready, all } = channelsOn(place);
        const channel = all[index]!;
        let release = released;
        return {
          async next() {
            ready.post();
            if (!(await channel.sem.wait()) || place.exiting) return EXIT;
            const turn = channel.guard ? await channel.guard.acquire() : released;
            if (!turn) return EXIT;
            release = turn;
            return channel.pendingJob ? channel.pages : SYNC;
          },
          complete(request) {
            if (request !== SYNC) channel.pendingJob = false;
            release();
            if (request === SYNC) channel.semSync.post();
          },
        };
      },
    },
  };
}
