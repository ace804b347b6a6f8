/**
 * Mutex hand-off: one mutex per channel guards pendingJob, pendingSync and pages, and its sender holds it over prepare and
 * write, SYNC included. Use as the baseline: it is QEMU before the patch (the parent of commit 488c84ac, regime C), between
 * two releases: 8.2 still searches under the locks (mutex-classic), and 9.0 has the patch (atomic-barrier).
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. guesses a channel with pendingJob 0
 *   3. locks   mutex, sees pendingJob 0   <--  7. clears  pendingJob (batch emptied before), unlocks mutex
 *      swaps   pages, sets pendingJob, unlocks
 *   4. posts   sem                        -->  5. waits   sem
 *                                              6. locks   mutex, sees pendingJob 1, writes the batch
 *   provider: signalSync(), collectSync()
 *   1. each channel: locks mutex, sets pendingSync, unlocks, posts sem. The mutex is free only between writes.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import type { LockKind } from '../src/memory/lock.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const state = ({ channels, requesters }: Shape, lock: LockKind) =>
  layout({
    channelsReady: { kind: 'semaphore', writer: 'senders post, the provider waits' },
    sem: { kind: 'semaphore', writer: 'the provider posts, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    mutex: { kind: 'lock', writer: 'both', count: channels, lock, threads: requesters + 1 },
    pendingJob: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
    pages: { kind: 'plain', writer: 'the provider, under mutex', count: channels, beside: 'pendingJob' },
    pendingSync: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
  });

/** The design over a kind of lock; nothing else differs. */
const mutex = (name: string, lock: LockKind, summary: string) =>
  defineVariant({
    name,
    summary,
    family: 'mutex',
    depth: [1, 1],
    requesters: 'one',
    state: (shape) => state(shape, lock),
    batches: ({ channels, requesters }) => requesters + channels,

    init({ shape, words, row }) {
      for (let channel = 0; channel < shape.channels; channel++) {
        // Owned: no thread runs yet.
        words[row('pages', channel)] = shape.requesters + channel;
      }
    },

    provider: {
      waits: 'blocks',
      open(place) {
        const { words, shape, checking } = place;
        const { channels } = shape;
        const { channelsReady, sem, semSync, mutex, pendingJob, pages, pendingSync } = place.open();
        let nextChannel = 0;

        /** Takes the mutex of a free channel, the first from where the last search ended; NONE holds no mutex. */
        function lockFreeChannel(): number {
          let channel = nextChannel;
          for (let step = 0; step < channels; step++) {
            if (hint(words, pendingJob[channel]!) === 0) {
              if (lockIfFree(channel)) return channel;
              break;
            }
            channel = channel + 1 === channels ? 0 : channel + 1;
          }
          for (channel = 0; channel < channels; channel++) {
            // Standalone: a guess that no hint gave; lockIfFree() looks again under the mutex.
            if (Atomics.load(words, pendingJob[channel]!) === 0 && lockIfFree(channel)) return channel;
          }
          return NONE;
        }

        function lockIfFree(channel: number): boolean {
          if (!mutex[channel]!.lock()) return false;
          // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
          if (Atomics.load(words, pendingJob[channel]!) === 0) return true;
          mutex[channel]!.unlock();
          return false;
        }

        return {
          digest: () => `${nextChannel}`,
          sendPages(full) {
            for (;;) {
              if (place.exiting || !channelsReady.wait()) return EXIT;
              const channel = lockFreeChannel();
              if (channel === NONE) {
                // After an error a token may come from a channel that is not free, and only exiting ends the search.
                if (checking) invariant(place.exiting, 'I1: a channelsReady token without a free channel');
                continue;
              }
              nextChannel = channel + 1 === channels ? 0 : channel + 1;
              // Owned: pendingJob is 0 and the mutex is held.
              const empty = words[pages[channel]!]!;
              // Owned: pendingJob is 0 and the mutex is held.
              words[pages[channel]!] = full;
              // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in next().
              Atomics.store(words, pendingJob[channel]!, 1);
              mutex[channel]!.unlock();
              sem[channel]!.post();
              return empty;
            }
          },

          signalSync() {
            for (let channel = 0; channel < channels; channel++) {
              if (place.exiting || !mutex[channel]!.lock()) return false;
              // Standalone: an assertion.
              if (checking) invariant(Atomics.load(words, pendingSync[channel]!) === 0, `I3: ${channel} has a sync`);
              // Standalone: a SYNC carries no data, and sem orders the flag.
              Atomics.store(words, pendingSync[channel]!, 1);
              mutex[channel]!.unlock();
              sem[channel]!.post();
            }
            return true;
          },

          collectSync() {
            for (let channel = 0; channel < channels; channel++) {
              if (place.exiting || !channelsReady.wait() || !semSync[channel]!.wait()) return false;
            }
            return true;
          },
        };
      },
    },

    sender: {
      waits: 'blocks',
      open(place, channel) {
        const { words, checking } = place;
        const { channelsReady, sem, semSync, mutex, pendingJob, pages, pendingSync } = place.open(channel);

        return {
          digest: () => '',
          next() {
            channelsReady.post();
            if (!sem.wait() || place.exiting || !mutex.lock()) return EXIT;
            // Sees pages after pendingJob is 1. Pairs with Atomics.store(pendingJob) in sendPages().
            if (Atomics.load(words, pendingJob) === 1) {
              // Owned: pendingJob is 1 and the mutex is held.
              return words[pages]!;
            }
            // Standalone: an assertion.
            if (checking) invariant(Atomics.load(words, pendingSync) === 1, `I4: ${channel} woke without a request`);
            return SYNC;
          },

          complete(request) {
            if (request === SYNC) {
              // Standalone: a SYNC carries no data, and semSync orders the flag.
              Atomics.store(words, pendingSync, 0);
              mutex.unlock();
              semSync.post();
            } else {
              // Publishes the emptied batch before pendingJob is 0. Pairs with Atomics.load(pendingJob) in lockIfFree().
              Atomics.store(words, pendingJob, 0);
              mutex.unlock();
            }
          },

          fail() {
            mutex.unlock();
            semSync.post();
            channelsReady.post();
          },
        };
      },
    },
  });

export default mutex(
  'mutex',
  'futex',
  'One mutex per channel, held by its sender during the whole write, SYNC included. The baseline: QEMU before the patch.',
);
export const spin = mutex(
  'mutex-spin',
  'spin',
  'mutex with a lock that spins for a while before it parks. For writes that are shorter than a wake-up.',
);
export const ticket = mutex(
  'mutex-ticket',
  'ticket',
  'mutex with a ticket lock, which waiting threads get in the order in which they came. For locks that more than two threads share.',
);
export const mcs = mutex(
  'mutex-mcs',
  'mcs',
  'mutex with a queue lock, at which each waiting thread spins on a word of its own. For many threads on many CPUs.',
);
export const tas = mutex(
  'mutex-tas',
  'tas',
  'mutex with a test-and-set lock, which backs off and never parks. For machines with one CPU per thread: waiting uses a whole one.',
);
