/**
 * Requesters' compare-and-swap: several providers, each of which claims a free channel by moving pendingJob from 0 to
 * claimed. Use beside requesters-mutex: QEMU's first series for device state did so (with a flag of its own for the claim),
 * and took the mutex in review, without a published figure.
 *
 *   a provider: sendPages()                    sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. claims  pendingJob: 0 becomes 2    <--  7. publishes pendingJob 0 (batch emptied before)
 *   3. swaps   pages (owned)                   6. writes  pages (owned)
 *   4. publishes pendingJob 1, posts sem  -->  5. waits   sem, sees pendingJob 1 (pages swapped before)
 *
 *   the first provider: signalSync(), collectSync(), while the others are held
 *   1. each channel: sets pendingSync, posts sem: no channel waits for another's write.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * There are as many free channels as there are tokens, those in providers' hands included; but a search may pass each
 * of them while it is busy, and then begins again.
 *
 * QEMU: sendPages() is multifd_send() as of 10.0, signalSync() and collectSync() are the two loops of
 * multifd_send_sync_main(), the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const FREE = 0;
const JOB = 1;
const CLAIMED = 2;

const state = ({ channels }: Shape) =>
  layout({
    channelsReady: { kind: 'semaphore', writer: 'senders post, providers wait' },
    sem: { kind: 'semaphore', writer: 'providers post, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    pendingJob: { kind: 'atomic', writer: 'providers claim and set, the sender clears', count: channels },
    pages: { kind: 'plain', writer: 'the provider that has claimed pendingJob', count: channels, beside: 'pendingJob' },
    pendingSync: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
  });

export default defineVariant({
  name: 'requesters-cas',
  summary:
    'atomic-barrier for several providers, each of which claims a channel by compare-and-swap. Compare with requesters-mutex.',
  family: 'lock-free',
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
      const { channelsReady, sem, semSync, pendingJob, pages, pendingSync } = place.open();
      let nextChannel = 0;

      /** Claims the first free channel from where this thread's last search ended; NONE claims none. */
      function claimChannel(): number {
        let channel = nextChannel;
        for (let step = 0; step < channels; step++) {
          if (hint(words, pendingJob[channel]!) === FREE && claim(channel)) return channel;
          channel = channel + 1 === channels ? 0 : channel + 1;
        }
        for (channel = 0; channel < channels; channel++) if (claim(channel)) return channel;
        return NONE;
      }

      function claim(channel: number): boolean {
        // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
        return Atomics.compareExchange(words, pendingJob[channel]!, FREE, CLAIMED) === FREE;
      }

      return {
        digest: () => `${nextChannel}`,
        sendPages(full) {
          if (place.exiting || !channelsReady.wait()) return EXIT;
          let channel = claimChannel();
          while (channel === NONE) {
            // After an error a token may come from a channel that is not free, and only exiting ends the search.
            if (place.exiting) return EXIT;
            channel = claimChannel();
          }
          nextChannel = channel + 1 === channels ? 0 : channel + 1;
          // Owned: pendingJob is claimed.
          const empty = words[pages[channel]!]!;
          // Owned: pendingJob is claimed.
          words[pages[channel]!] = full;
          // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in next().
          Atomics.store(words, pendingJob[channel]!, JOB);
          sem[channel]!.post();
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
          // Sees pages after pendingJob is 1. Pairs with Atomics.store(pendingJob) in sendPages().
          if (Atomics.load(words, pendingJob) === JOB) {
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
            // Publishes the emptied batch before pendingJob is 0. Pairs with Atomics.compareExchange(pendingJob) in claim().
            Atomics.store(words, pendingJob, FREE);
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
