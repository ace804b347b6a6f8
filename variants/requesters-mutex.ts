/**
 * Requesters' mutex: several providers, which take turns at one mutex round the whole hand-over of atomic-barrier, the
 * wait for a free channel included. Use where several threads hand over: it is what QEMU ships since 10.0.
 *
 *   a provider: sendPages()                    sender: next() .. complete()
 *   1. locks   handOver
 *   2. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   3. sees    pendingJob 0 (guess, then  <--  8. publishes pendingJob 0 (batch emptied before)
 *              one confirming load)
 *   4. swaps   pages (owned)                   7. writes  pages (owned)
 *   5. publishes pendingJob 1, posts sem  -->  6. waits   sem, sees pendingJob 1 (pages swapped before)
 *      unlocks handOver
 *
 *   the first provider: signalSync(), collectSync(), while the others are held
 *   1. each channel: sets pendingSync, posts sem: no channel waits for another's write.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * QEMU too holds its multifd_send_mutex while it waits for channels_ready, so who is next waits at the mutex. Two things
 * differ, both only after an error. Whether the run has ended is looked at under the mutex, in QEMU before it: there a
 * provider could pass, and wait for a token that another one has taken with it. And a search that finds no free channel
 * goes back to the token, in QEMU it goes on.
 *
 * QEMU: sendPages() is multifd_send() as of 10.0, signalSync() and collectSync() are the two loops of
 * multifd_send_sync_main(), the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const state = ({ channels, requesters }: Shape) =>
  layout({
    handOver: { kind: 'lock', writer: 'providers', threads: requesters },
    channelsReady: { kind: 'semaphore', writer: 'senders post, providers wait' },
    sem: { kind: 'semaphore', writer: 'providers post, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    pendingJob: { kind: 'atomic', writer: 'providers set, the sender clears', count: channels },
    pages: {
      kind: 'plain',
      writer: 'providers, under handOver, while pendingJob is 0',
      count: channels,
      beside: 'pendingJob',
    },
    nextChannel: { kind: 'plain', writer: 'providers, under handOver' },
    pendingSync: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
  });

export default defineVariant({
  name: 'requesters-mutex',
  summary: 'atomic-barrier for several providers, with one mutex around each hand-over. What QEMU ships since 10.0.',
  family: 'mutex',
  depth: [1, 1],
  requesters: 'threads',
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
      const { channelsReady, sem, semSync, pendingJob, pages, pendingSync, handOver, nextChannel } = place.open();

      /** The first free channel from where the last search ended, or NONE. */
      function freeChannel(): number {
        // Owned: handOver is held.
        let channel = words[nextChannel]!;
        for (let step = 0; step < channels; step++) {
          if (hint(words, pendingJob[channel]!) === 0) {
            // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
            if (Atomics.load(words, pendingJob[channel]!) === 0) return channel;
            break;
          }
          channel = channel + 1 === channels ? 0 : channel + 1;
        }
        for (channel = 0; channel < channels; channel++) {
          // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
          if (Atomics.load(words, pendingJob[channel]!) === 0) return channel;
        }
        return NONE;
      }

      /** Under handOver. */
      function send(full: number): number {
        for (;;) {
          if (place.exiting || !channelsReady.wait()) return EXIT;
          const channel = freeChannel();
          if (channel === NONE) {
            // After an error a token may come from a channel that is not free, and only exiting ends the search.
            if (checking) invariant(place.exiting, 'I1: a channelsReady token without a free channel');
            continue;
          }
          // Owned: handOver is held.
          words[nextChannel] = channel + 1 === channels ? 0 : channel + 1;
          // Owned: pendingJob is 0 and handOver is held.
          const empty = words[pages[channel]!]!;
          // Owned: pendingJob is 0 and handOver is held.
          words[pages[channel]!] = full;
          // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in next().
          Atomics.store(words, pendingJob[channel]!, 1);
          sem[channel]!.post();
          return empty;
        }
      }

      return {
        digest: () => '',
        sendPages(full) {
          if (!handOver.lock()) return EXIT;
          const empty = send(full);
          handOver.unlock();
          return empty;
        },

        signalSync() {
          for (let channel = 0; channel < channels; channel++) {
            if (place.exiting) return false;
            // Standalone: an assertion.
            if (checking) invariant(Atomics.load(words, pendingSync[channel]!) === 0, `I3: ${channel} has a sync`);
            // Standalone: a SYNC carries no data, and sem orders the flag.
            Atomics.store(words, pendingSync[channel]!, 1);
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
      const { channelsReady, sem, semSync, pendingJob, pages, pendingSync } = place.open(channel);

      return {
        digest: () => '',
        next() {
          channelsReady.post();
          if (!sem.wait() || place.exiting) return EXIT;
          // Sees pages after pendingJob is 1. Pairs with Atomics.store(pendingJob) in send().
          if (Atomics.load(words, pendingJob) === 1) {
            // Owned: pendingJob is 1.
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
            semSync.post();
          } else {
            // Publishes the emptied batch before pendingJob is 0. Pairs with Atomics.load(pendingJob) in freeChannel().
            Atomics.store(words, pendingJob, 0);
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
