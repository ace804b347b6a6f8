/**
 * Free bitmap: free channels are bits of one word (of one for each 32 channels), so that no search goes from channel to
 * channel and no token is counted. Use with many channels; where few are, all senders write the one word.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   idle until a bit is set    <--  6. wakes   idle
 *   2. sees    a bit of free (guess), and <--  5. publishes its bit of free (batch emptied before)
 *              clears it: old value confirms
 *   3. swaps   box for its batch (owned)       4. writes  the batch
 *   4. posts   sem                        -->  3. waits   sem, sees box 0 or above: that batch; below 0: a SYNC
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: posts sem. A sender that is woken and has no batch is asked for a SYNC.
 *   2. each channel: waits semSync, which the sender posts once its SYNC is written.
 *
 * box needs no atomics: sem orders it on the way to the sender, the bit on the way back.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { hint } from '../src/memory/hint.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;
const BITS = 32;

const wordsFor = ({ channels }: Shape): number => Math.ceil(channels / BITS);

const state = (shape: Shape) =>
  layout({
    idle: { kind: 'event', writer: 'senders wake, the provider waits' },
    sem: { kind: 'semaphore', writer: 'the provider posts, the sender waits', count: shape.channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: shape.channels },
    free: { kind: 'atomic', writer: 'senders set their bit, the provider clears it', count: wordsFor(shape) },
    box: { kind: 'plain', writer: 'the provider while the bit is set, else the sender', count: shape.channels },
  });

export default defineVariant({
  name: 'free-bitmap',
  summary: 'Free channels are bits of one word, which senders set and the provider clears. For many channels.',
  family: 'lock-free',
  depth: [1, 1],
  requesters: 'one',
  state,
  batches: ({ channels, requesters }) => requesters + channels,

  init({ shape, words, row }) {
    for (let channel = 0; channel < shape.channels; channel++) {
      // Owned: no thread runs yet.
      words[row('box', channel)] = ~(shape.requesters + channel);
      // Owned: no thread runs yet.
      words[row('free', channel >>> 5)]! |= 1 << channel;
    }
  },

  provider: {
    waits: 'blocks',
    open({ words, shape, open }) {
      const { channels } = shape;
      const { idle, sem, semSync, free, box } = open();
      let nextChannel = 0;

      function someAreFree(): boolean {
        for (let index = 0; index < free.length; index++) {
          // Standalone: claim() confirms it.
          if (Atomics.load(words, free[index]!) !== 0) return true;
        }
        return false;
      }

      /** Takes the first free channel from where the last search ended, by what `look` sees; NONE takes none. */
      function claim(look: (words: Int32Array, index: number) => number): number {
        const start = nextChannel >>> 5;
        // The first word comes twice: its bits from nextChannel on, and in the end those before.
        for (let step = 0; step <= free.length; step++) {
          const index = (start + step) % free.length;
          const from = step === 0 ? -1 << nextChannel : -1;
          const seen = look(words, free[index]!) & from;
          if (seen === 0) continue;
          const bit = seen & -seen;
          // Sees the emptied batch after its bit is set. Pairs with Atomics.or(free) in complete().
          if ((Atomics.and(words, free[index]!, ~bit) & bit) === 0) continue;
          return index * BITS + 31 - Math.clz32(bit);
        }
        return NONE;
      }

      return {
        digest: () => `${nextChannel}`,
        sendPages(full) {
          let channel = claim(hint);
          while (channel === NONE) {
            if (!idle.until(someAreFree)) return EXIT;
            channel = claim(Atomics.load);
          }
          nextChannel = channel + 1 === channels ? 0 : channel + 1;
          // Owned: the channel's bit was set, and is cleared.
          const empty = ~words[box[channel]!]!;
          // Owned: the channel's bit was set, and is cleared.
          words[box[channel]!] = full;
          sem[channel]!.post();
          return empty;
        },

        signalSync() {
          for (let channel = 0; channel < channels; channel++) sem[channel]!.post();
          return true;
        },

        collectSync() {
          for (let channel = 0; channel < channels; channel++) if (!semSync[channel]!.wait()) return false;
          return true;
        },
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, row, open }, channel) {
      const { idle, sem, semSync, box } = open(channel);
      const free = row('free', channel >>> 5);
      const bit = 1 << channel;

      return {
        digest: () => '',
        next() {
          if (!sem.wait()) return EXIT;
          // Owned: sem was posted for this channel, and its bit is not set while there is a batch.
          const seen = words[box]!;
          return seen >= 0 ? seen : SYNC;
        },

        complete(request) {
          if (request === SYNC) {
            semSync.post();
            return;
          }
          // Owned: the bit is not set.
          words[box] = ~request;
          // Publishes the emptied batch before its bit is set. Pairs with Atomics.and(free) in claim().
          Atomics.or(words, free, bit);
          idle.wake();
        },
      };
    },
  },
});
