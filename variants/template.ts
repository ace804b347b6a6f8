/**
 * Template: one flag per channel says whose its batch is, channels take turns, and a thread with nothing to do sleeps on an event.
 * Use it as a start for a design of your own, and say here what yours does and when to use it.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   freed until full is 0      <--  5. publishes full 0 (batch emptied before), wakes freed
 *   2. swaps   batch (owned)                   4. writes    batch (owned): the framework does, between the two calls
 *   3. publishes full 1, wakes work       -->  3. waits     work until full or asked is 1, sees full 1
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes asked 1, wakes work. No channel waits for another's write.
 *   2. each channel: waits on synced until asked is 0, which the sender publishes once its SYNC is written.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { defineVariant, EXIT, layout, perChannel, SYNC } from '../src/exports/variant.js';

export default defineVariant({
  // In kebab-case: the row of the tables, the key of the results.
  name: 'template',
  // The mechanism in one sentence; when to use it in a second.
  summary: 'One flag per channel, channels in turn, events to sleep on. A start for your own design.',
  family: 'lock-free',
  // Batches in flight per channel: the least and the most that the design can hold.
  depth: [1, 1],
  requesters: 'one',

  // Every word that threads share, by name. Two writers' words never share a cache line.
  state: ({ channels }) =>
    layout({
      freed: { kind: 'event', writer: 'senders wake, the provider waits' },
      synced: { kind: 'event', writer: 'senders wake, the provider waits' },
      work: { kind: 'event', writer: 'the provider wakes, the sender waits', count: channels },
      full: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
      batch: { kind: 'plain', writer: 'the provider, while full is 0', count: channels, beside: 'full' },
      asked: { kind: 'atomic', writer: 'the provider sets, the sender clears', count: channels },
    }),

  // The provider has a batch in its hands, and an empty one lies at each channel.
  batches: ({ channels, requesters }) => requesters + channels,

  init({ shape, words, row }) {
    for (let channel = 0; channel < shape.channels; channel++) {
      // Owned: no thread runs yet.
      words[row('batch', channel)] = shape.requesters + channel;
    }
  },

  provider: {
    waits: 'blocks',
    open({ shape, words, open }) {
      const { freed, synced } = open();
      const channels = perChannel(shape, (channel) => {
        const { full, batch, asked, work } = open(channel);
        return {
          full,
          batch,
          asked,
          work,
          isFree() {
            // Sees the emptied batch after full is 0. Pairs with Atomics.store(full) in complete().
            return Atomics.load(words, full) === 0;
          },
          isSynced() {
            // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(asked) in complete().
            return Atomics.load(words, asked) === 0;
          },
        };
      });
      let next = 0;

      return {
        // What this end remembers from one call to the next: with it the checker merges states that are the same.
        digest: () => `${next}`,

        // Takes a full batch, and gives an empty one in exchange; EXIT once the run is over.
        sendPages(given) {
          const { full, batch, work, isFree } = channels[next];
          if (!freed.until(isFree)) return EXIT;
          next = next + 1 === shape.channels ? 0 : next + 1;
          // Owned: full is 0.
          const empty = words[batch];
          // Owned: full is 0.
          words[batch] = given;
          // Publishes the batch before full is 1. Pairs with Atomics.load(full) in isFull().
          Atomics.store(words, full, 1);
          work.wake();
          return empty;
        },

        // First loop of a sync: asks every channel for a SYNC.
        signalSync() {
          for (const { asked, work } of channels) {
            // Publishes the jobs before it. Pairs with Atomics.load(asked) in hasWork().
            Atomics.store(words, asked, 1);
            work.wake();
          }
          return true;
        },

        // Second loop: waits until every channel has written it. False once the run is over.
        collectSync() {
          for (const { isSynced } of channels) if (!synced.until(isSynced)) return false;
          return true;
        },
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, open }, channel) {
      const { freed, synced, work, full, batch, asked } = open(channel);

      function isFull() {
        // Sees the batch after full is 1. Pairs with Atomics.store(full) in sendPages().
        return Atomics.load(words, full) === 1;
      }

      function hasWork() {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return isFull() || Atomics.load(words, asked) === 1;
      }

      return {
        digest: () => '',

        // Waits for what to do next: a batch, SYNC, or EXIT once the run is over.
        next() {
          if (!work.until(hasWork)) return EXIT;
          // Again, after a sync was seen: a batch may have come before it, and goes first.
          if (!isFull()) return SYNC;
          // Owned: full is 1.
          return words[batch];
        },

        // The request is done; the framework has emptied its batch.
        complete(request) {
          if (request === SYNC) {
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(asked) in isSynced().
            Atomics.store(words, asked, 0);
            synced.wake();
          } else {
            // Publishes the emptied batch before full is 0. Pairs with Atomics.load(full) in isFree().
            Atomics.store(words, full, 0);
            freed.wake();
          }
        },
      };
    },
  },
});
