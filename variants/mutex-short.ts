/**
 * Short mutex: the same mutex per channel as in mutex, held only while pendingJob and pages change, never during a write.
 * Use as the control: between mutex and this lies what holding the lock during a write costs, between this and
 * atomic-barrier what a lock costs by itself.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. guesses a channel with pendingJob 0
 *   3. locks   mutex, sees pendingJob 0   <--  8. locks   mutex, clears pendingJob (batch emptied before), unlocks
 *      swaps   pages, sets pendingJob, unlocks
 *   4. posts   sem                        -->  5. waits   sem
 *                                              6. locks   mutex, sees pendingJob 1, takes pages, unlocks
 *                                              7. writes  the batch, with no lock
 *   provider: signalSync(), collectSync()
 *   1. each channel: locks mutex, sets pendingSync, unlocks, posts sem: no channel waits for another's write.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const state = ({ channels }: Shape) =>
  layout({
    channelsReady: { kind: 'semaphore', writer: 'senders post, the provider waits' },
    sem: { kind: 'semaphore', writer: 'the provider posts, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    mutex: { kind: 'lock', writer: 'both', count: channels },
    pendingJob: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
    pages: { kind: 'plain', writer: 'the provider, under mutex', count: channels, beside: 'pendingJob' },
    pendingSync: { kind: 'plain', writer: 'the provider sets, the sender clears, under mutex', count: channels },
  });

export default defineVariant({
  name: 'mutex-short',
  summary:
    'One mutex per channel, held only while its flag and batch change. Control: isolates the cost of holding the lock during a write.',
  family: 'mutex',
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
            // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in asked().
            Atomics.store(words, pendingJob[channel]!, 1);
            mutex[channel]!.unlock();
            sem[channel]!.post();
            return empty;
          }
        },

        signalSync() {
          for (let channel = 0; channel < channels; channel++) {
            if (place.exiting || !mutex[channel]!.lock()) return false;
            // Owned: the mutex is held.
            words[pendingSync[channel]!] = 1;
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

      /** What is asked for, looked up under the mutex: a job comes before a sync. */
      function asked(): number {
        // Sees pages after pendingJob is 1. Pairs with Atomics.store(pendingJob) in sendPages().
        if (Atomics.load(words, pendingJob) === 1) {
          // Owned: the mutex is held.
          return words[pages]!;
        }
        // Owned: the mutex is held.
        if (checking) invariant(words[pendingSync] === 1, `I4: ${channel} woke without a request`);
        // Owned: the mutex is held.
        words[pendingSync] = 0;
        return SYNC;
      }

      return {
        digest: () => '',
        next() {
          channelsReady.post();
          if (!sem.wait() || place.exiting || !mutex.lock()) return EXIT;
          const request = asked();
          mutex.unlock();
          return request;
        },

        complete(request) {
          if (request === SYNC) semSync.post();
          else if (mutex.lock()) {
            // Publishes the emptied batch before pendingJob is 0. Pairs with Atomics.load(pendingJob) in lockIfFree().
            Atomics.store(words, pendingJob, 0);
            mutex.unlock();
          }
        },

        fail() {
          semSync.post();
          channelsReady.post();
        },
      };
    },
  },
});
