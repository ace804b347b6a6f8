/**
 * Atomic-barrier hand-off: pendingJob alone says whose the batch is, and no mutex is left. Use where one provider feeds
 * each channel; it is QEMU's patch (commit 488c84ac, regime D), QEMU 9.x. Not lock-free as a whole: semaphores still sleep.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. sees    pendingJob 0 (guess, then  <--  7. publishes pendingJob 0 (batch emptied before)
 *              one confirming load)
 *   3. swaps   pages (owned)                   6. writes  pages (owned)
 *   4. publishes pendingJob 1, posts sem  -->  5. waits   sem, sees pendingJob 1 (pages swapped before)
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: sets pendingSync, posts sem: no channel waits for another's write.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * The patch's one barrier after the scan becomes one confirming load: JavaScript has no fence, and its atomics are
 * sequentially consistent. `--scan` searches in other ways (src/memory/scan.ts): `atomic`, also registered as atomic-scan,
 * has the loads that the patch calls expensive, a channel count of acquires in the place of one barrier; but V8 makes a
 * call of each, on every CPU, so what they cost says nothing of acquires in C. In WebAssembly it does, and there is a
 * fence: `wasm-acquire`, `wasm-fence`. `verify` checks the scans in JavaScript; WebAssembly is not modelled. pendingSync needs no barrier because both semaphores order it: sem on the way to the sender,
 * semSync on the way back.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const state = ({ channels }: Shape, scan: 'asked' | 'atomic') =>
  layout({
    channelsReady: { kind: 'semaphore', writer: 'senders post, the provider waits' },
    sem: { kind: 'semaphore', writer: 'the provider posts, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    pendingJob: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels, scan },
    pages: { kind: 'plain', writer: 'the provider, while pendingJob is 0', count: channels, beside: 'pendingJob' },
    pendingSync: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
  });

/** The design over a kind of scan; nothing else differs. */
const atomicBarrier = (name: string, scan: 'asked' | 'atomic', summary: string) =>
  defineVariant({
    name,
    summary,
    family: 'lock-free',
    depth: [1, 1],
    requesters: 'one',
    state: (shape) => state(shape, scan),
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
        const { guesses, find } = place.scan('pendingJob');
        let nextChannel = 0;

        /** The first free channel from where the last search ended, or NONE. In WebAssembly it does the same. */
        function freeChannel(): number {
          if (find) return find(nextChannel);
          let channel = nextChannel;
          for (let step = 0; guesses && step < channels; step++) {
            if (hint(words, pendingJob[channel]!) === 0) {
              // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
              if (Atomics.load(words, pendingJob[channel]!) === 0) return channel;
              break;
            }
            channel = channel + 1 === channels ? 0 : channel + 1;
          }
          if (guesses) channel = 0;
          for (let step = 0; step < channels; step++) {
            // Sees the emptied batch after pendingJob is 0. Pairs with Atomics.store(pendingJob) in complete().
            if (Atomics.load(words, pendingJob[channel]!) === 0) return channel;
            channel = channel + 1 === channels ? 0 : channel + 1;
          }
          return NONE;
        }

        return {
          digest: () => `${nextChannel}`,
          sendPages(full) {
            for (;;) {
              if (place.exiting || !channelsReady.wait()) return EXIT;
              const channel = freeChannel();
              if (channel === NONE) {
                // After an error a token may come from a channel that is not free, and only exiting ends the search.
                if (checking) invariant(place.exiting, 'I1: a channelsReady token without a free channel');
                continue;
              }
              nextChannel = channel + 1 === channels ? 0 : channel + 1;
              // Owned: pendingJob is 0.
              const empty = words[pages[channel]!]!;
              // Owned: pendingJob is 0.
              words[pages[channel]!] = full;
              // Publishes pages before pendingJob is 1. Pairs with Atomics.load(pendingJob) in next().
              Atomics.store(words, pendingJob[channel]!, 1);
              sem[channel]!.post();
              return empty;
            }
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

export default atomicBarrier(
  'atomic-barrier',
  'asked',
  'One flag per channel hands its batch over, and back; no mutex. For one provider: QEMU after the patch.',
);
export const scan = atomicBarrier(
  'atomic-scan',
  'atomic',
  'atomic-barrier with an atomic load of every flag that its scan looks at. Control: isolates what plain hints save in V8.',
);
