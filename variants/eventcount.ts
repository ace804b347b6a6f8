/**
 * Eventcount: pendingJob says whose the batch is, as in atomic-barrier, and no semaphore is left: who finds nothing to do
 * announces itself and sleeps, and nobody else is notified. Use where both sides are mostly awake.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. sees    pendingJob 0 (guess, then  <--  5. publishes pendingJob 0 (batch emptied before), wakes idle
 *              one confirming load); if all
 *              are 1, waits on idle
 *   2. swaps   pages (owned)                   4. writes  pages (owned)
 *   3. publishes pendingJob 1, wakes work -->  3. waits   on work until pendingJob or pendingSync is 1
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes pendingSync 1, wakes work: no channel waits for another's write.
 *   2. each channel: waits on synced until pendingSync is 0, which the sender publishes once its SYNC is written.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { layout } from '../src/memory/layout.js';
import {
  defineVariant,
  EXIT,
  type OpensSender,
  type Place,
  type SendRequest,
  type Shape,
  SYNC,
  type Variant,
} from '../src/sender/variant.js';

const NONE = -1;

type Table = ReturnType<typeof state>['table'];

const state = ({ channels }: Shape) =>
  layout({
    idle: { kind: 'event', writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', writer: 'senders wake, the provider waits' },
    work: { kind: 'event', writer: 'the provider wakes, the sender waits', count: channels },
    pendingJob: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
    pages: { kind: 'plain', writer: 'the provider, while pendingJob is 0', count: channels, beside: 'pendingJob' },
    pendingSync: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
  });

/** What both kinds of sender do; how they wait for work is all that differs. */
function openSender({ words, open }: Place<Table>, channel: number) {
  const { idle, synced, work, pendingJob, pages, pendingSync } = open(channel);

  function hasJob(): boolean {
    // Sees pages after pendingJob is 1. Pairs with Atomics.store(pendingJob) in sendPages().
    return Atomics.load(words, pendingJob) === 1;
  }

  function hasWork(): boolean {
    // Sees the jobs before it after it is 1. Pairs with Atomics.store(pendingSync) in signalSync().
    return hasJob() || Atomics.load(words, pendingSync) === 1;
  }

  return {
    work,
    hasWork,
    /** What `until` came for. */
    request(came: boolean): SendRequest {
      if (!came) return EXIT;
      // Again, after a sync was seen: a job may have come before it.
      if (!hasJob()) return SYNC;
      // Owned: pendingJob is 1.
      return words[pages]!;
    },

    complete(request: SendRequest): void {
      if (request === SYNC) {
        // Publishes what was done before the SYNC was written. Pairs with Atomics.load(pendingSync) in isSynced().
        Atomics.store(words, pendingSync, 0);
        synced.wake();
      } else {
        // Publishes the emptied batch before pendingJob is 0. Pairs with Atomics.load(pendingJob) in isFree().
        Atomics.store(words, pendingJob, 0);
        idle.wake();
      }
    },
  };
}

const blocks: OpensSender<Table> = {
  waits: 'blocks',
  open(place, channel) {
    const { work, hasWork, request, complete } = openSender(place, channel);
    return { digest: () => '', next: () => request(work.until(hasWork)), complete };
  },
};

const onEventLoop: OpensSender<Table> = {
  waits: 'event-loop',
  open(place, channel) {
    const { work, hasWork, request, complete } = openSender(place, channel);
    return {
      digest: () => '',
      next() {
        const came = work.untilLater(hasWork);
        return typeof came === 'boolean' ? request(came) : came.then(request);
      },
      complete,
    };
  },
};

const eventcount = (name: string, sender: OpensSender<Table>, summary: string): Variant =>
  defineVariant({
    name,
    summary,
    family: 'lock-free',
    depth: [1, 1],
    requesters: 'one',
    state,
    batches: ({ channels, requesters }) => requesters + channels,

    init({ shape, words, row }) {
      for (let channel = 0; channel < shape.channels; channel++) {
        // Owned: no thread runs yet.
        words[row('pages', channel)] = shape.requesters + channel;
      }
    },

    provider: {
      waits: 'blocks',
      open({ words, shape, open }) {
        const { channels } = shape;
        const { idle, synced, work, pendingJob, pages, pendingSync } = open();
        let nextChannel = 0;

        /** The first free channel from where the last search ended, or NONE. */
        function freeChannel(): number {
          let channel = nextChannel;
          for (let step = 0; step < channels; step++) {
            if (hint(words, pendingJob[channel]!) === 0) {
              if (isFree(channel)) return channel;
              break;
            }
            channel = channel + 1 === channels ? 0 : channel + 1;
          }
          for (channel = 0; channel < channels; channel++) if (isFree(channel)) return channel;
          return NONE;
        }

        function isFree(channel: number): boolean {
          // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
          return Atomics.load(words, pendingJob[channel]!) === 0;
        }

        function someAreFree(): boolean {
          for (let channel = 0; channel < channels; channel++) if (isFree(channel)) return true;
          return false;
        }

        function isSynced(channel: number): boolean {
          // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(pendingSync) in complete().
          return Atomics.load(words, pendingSync[channel]!) === 0;
        }

        return {
          digest: () => `${nextChannel}`,
          sendPages(full) {
            let channel = freeChannel();
            while (channel === NONE) {
              if (!idle.until(someAreFree)) return EXIT;
              channel = freeChannel();
            }
            nextChannel = channel + 1 === channels ? 0 : channel + 1;
            // Owned: pendingJob is 0.
            const empty = words[pages[channel]!]!;
            // Owned: pendingJob is 0.
            words[pages[channel]!] = full;
            // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in hasJob().
            Atomics.store(words, pendingJob[channel]!, 1);
            work[channel]!.wake();
            return empty;
          },

          signalSync() {
            for (let channel = 0; channel < channels; channel++) {
              // Publishes the jobs before it is 1. Pairs with Atomics.load(pendingSync) in hasWork().
              Atomics.store(words, pendingSync[channel]!, 1);
              work[channel]!.wake();
            }
            return true;
          },

          collectSync() {
            for (let channel = 0; channel < channels; channel++) {
              if (!synced.until(() => isSynced(channel))) return false;
            }
            return true;
          },
        };
      },
    },

    sender,
  });

export default eventcount(
  'eventcount',
  blocks,
  'One flag per channel as in atomic-barrier, and no semaphores: a thread announces that it sleeps. For sides that are mostly awake.',
);
export const waitAsync = eventcount(
  'wait-async',
  onEventLoop,
  'eventcount with senders that wait on their event loops, by waitAsync. For threads that have other work too.',
);
