/**
 * Mailbox: one word a channel says whose turn it is and which batch lies there, so that flag and batch are one store.
 * Use as atomic-barrier; it has one shared word less, and one plain swap less, a batch.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. sees    box below 0 (guess, then   <--  5. publishes box = ~batch (batch emptied before)
 *              one confirming load): the
 *              complement of an empty batch
 *   3. publishes box = batch, posts sem   -->  4. waits   sem, sees box 0 or above: writes that batch; below 0: a SYNC
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: posts sem. A sender that is woken and has no batch is asked for a SYNC.
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
    box: { kind: 'atomic', writer: 'the provider while it is below 0, else the sender', count: channels },
  });

export default defineVariant({
  name: 'mailbox',
  summary:
    'One word per channel is flag and batch at once. For one provider: one store per batch less than atomic-barrier.',
  family: 'lock-free',
  depth: [1, 1],
  requesters: 'one',
  state,
  batches: ({ channels, requesters }) => requesters + channels,

  init({ shape, words, row }) {
    for (let channel = 0; channel < shape.channels; channel++) {
      // Owned: no thread runs yet.
      words[row('box', channel)] = ~(shape.requesters + channel);
    }
  },

  provider: {
    waits: 'blocks',
    open(place) {
      const { words, shape, checking } = place;
      const { channels } = shape;
      const { channelsReady, sem, semSync, box } = place.open();
      let nextChannel = 0;
      let empty = NONE;

      /** The first channel with an empty batch from where the last search ended, or NONE; leaves the batch in `empty`. */
      function freeChannel(): number {
        let channel = nextChannel;
        for (let step = 0; step < channels; step++) {
          if (hint(words, box[channel]!) < 0) {
            if (isFree(channel)) return channel;
            break;
          }
          channel = channel + 1 === channels ? 0 : channel + 1;
        }
        for (channel = 0; channel < channels; channel++) if (isFree(channel)) return channel;
        return NONE;
      }

      function isFree(channel: number): boolean {
        // Sees the emptied batch after its complement is in the box. Pairs with Atomics.store(box) in complete().
        const seen = Atomics.load(words, box[channel]!);
        empty = ~seen;
        return seen < 0;
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
            // Publishes the full batch before it is in the box. Pairs with Atomics.load(box) in next().
            Atomics.store(words, box[channel]!, full);
            sem[channel]!.post();
            return empty;
          }
        },

        signalSync() {
          for (let channel = 0; channel < channels; channel++) {
            if (place.exiting) return false;
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
      const { words } = place;
      const { channelsReady, sem, semSync, box } = place.open(channel);

      return {
        digest: () => '',
        next() {
          channelsReady.post();
          if (!sem.wait() || place.exiting) return EXIT;
          // Sees the full batch after it is in the box. Pairs with Atomics.store(box) in sendPages().
          const seen = Atomics.load(words, box);
          return seen >= 0 ? seen : SYNC;
        },

        complete(request) {
          if (request === SYNC) semSync.post();
          else {
            // Publishes the emptied batch before it is in the box. Pairs with Atomics.load(box) in isFree().
            Atomics.store(words, box, ~request);
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
