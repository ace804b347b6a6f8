/**
 * Global mutex: one lock, one bounded queue of all batches, two conditions. Whichever sender is free takes the next one.
 * Use as what a textbook says: a monitor in the manner of Hoare and Mesa, with every thread at one lock.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. locks   mutex; if tail is a whole  <--  6. locks   mutex, lays the emptied batch at freed, adds 1 to it,
 *              ring beyond freed, unlocks,            unlocks, wakes notFull
 *              waits on notFull, again
 *   2. swaps   places[tail], adds 1 to        5. writes  the batch, with no lock
 *              tail, unlocks
 *   3. wakes   one on notEmpty            -->  4. locks   mutex; if head is tail, unlocks, waits on notEmpty, again;
 *                                                 takes   places[head], adds 1 to head, unlocks
 *   provider: signalSync(), collectSync()
 *   1. publishes asked, wakes all on notEmpty: who has not answered and finds the queue empty writes a SYNC.
 *   2. each channel: waits on synced until answered is asked.
 *
 * One ring holds three stretches: empty batches, then, from freed on, the gaps of those that are being written, then,
 * from head on, full batches. Indices count round twice the ring, so that full and empty differ.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const capacityOf = ({ channels, depth }: Shape): number => channels * depth;

const state = (shape: Shape) =>
  layout({
    mutex: { kind: 'lock', writer: 'all', threads: shape.requesters + shape.channels },
    notEmpty: { kind: 'event', writer: 'the provider wakes, senders wait' },
    notFull: { kind: 'event', writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', writer: 'senders wake, the provider waits' },
    tail: { kind: 'atomic', writer: 'the provider, under mutex' },
    head: { kind: 'atomic', writer: 'senders, under mutex', beside: 'tail' },
    freed: { kind: 'atomic', writer: 'senders, under mutex', beside: 'tail' },
    places: { kind: 'plain', writer: 'whoever holds mutex', words: capacityOf(shape) },
    asked: { kind: 'atomic', writer: 'the provider' },
    answered: { kind: 'atomic', writer: 'the sender', count: shape.channels },
  });

export default defineVariant({
  name: 'mutex-global',
  summary:
    'One lock and one bounded queue for all channels, with two conditions. The textbook monitor, for comparison.',
  family: 'mutex',
  depth: [1, 256],
  requesters: 'one',
  state,
  batches: (shape) => shape.requesters + capacityOf(shape),

  init({ shape, words, row }) {
    for (let place = 0; place < capacityOf(shape); place++) {
      // Owned: no thread runs yet.
      words[row('places') + place] = shape.requesters + place;
    }
  },

  provider: {
    waits: 'blocks',
    open({ words, shape, open }) {
      const capacity = capacityOf(shape);
      const { mutex, notEmpty, notFull, synced, tail, freed, places, asked, answered } = open();
      let at = 0;
      let syncs = 0;

      function hasRoom(): boolean {
        // Standalone: where the mutex is not held it is only a reason to look again under it.
        const used = at - Atomics.load(words, freed);
        return used !== capacity && used !== -capacity;
      }

      function isSynced(channel: number): boolean {
        // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(answered) in complete().
        return Atomics.load(words, answered[channel]!) === syncs;
      }

      return {
        digest: () => `${at} ${syncs}`,
        sendPages(full) {
          for (;;) {
            if (!mutex.lock()) return EXIT;
            if (hasRoom()) break;
            mutex.unlock();
            if (!notFull.until(hasRoom)) return EXIT;
          }
          const place = places + (at % capacity);
          // Owned: the mutex is held.
          const empty = words[place]!;
          // Owned: the mutex is held.
          words[place] = full;
          at = (at + 1) % (2 * capacity);
          // Standalone: the mutex orders the batch; an idle sender looks at it without.
          Atomics.store(words, tail, at);
          mutex.unlock();
          notEmpty.wakeOne();
          return empty;
        },

        signalSync() {
          syncs++;
          // Publishes the jobs before it. Pairs with Atomics.load(asked) in isAsked().
          Atomics.store(words, asked, syncs);
          notEmpty.wake();
          return true;
        },

        collectSync() {
          for (let channel = 0; channel < shape.channels; channel++) {
            if (!synced.until(() => isSynced(channel))) return false;
          }
          return true;
        },
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, shape, open }, channel) {
      const capacity = capacityOf(shape);
      const { mutex, notEmpty, notFull, synced, tail, head, freed, places, asked, answered } = open(channel);
      let answers = 0;

      function isAsked(): boolean {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return Atomics.load(words, asked) !== answers;
      }

      function hasWork(): boolean {
        // Standalone: only a reason to look again under the mutex.
        const at = Atomics.load(words, head);
        // Standalone: only a reason to look again under the mutex.
        return Atomics.load(words, tail) !== at || isAsked();
      }

      /** The oldest batch, or NONE; under the mutex. */
      function take(): number {
        // Owned: the mutex is held.
        const at = Atomics.load(words, head);
        // Owned: the mutex is held.
        if (Atomics.load(words, tail) === at) return NONE;
        // Owned: the mutex is held.
        Atomics.store(words, head, (at + 1) % (2 * capacity));
        // Owned: the mutex is held.
        return words[places + (at % capacity)]!;
      }

      return {
        digest: () => `${answers}`,
        next() {
          for (;;) {
            // Before the queue is looked at: it then holds all that was handed over before the sync.
            const syncs = isAsked();
            if (!mutex.lock()) return EXIT;
            const full = take();
            mutex.unlock();
            if (full !== NONE) return full;
            if (syncs) return SYNC;
            if (!notEmpty.until(hasWork)) return EXIT;
          }
        },

        complete(request) {
          if (request === SYNC) {
            answers++;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(answered) in isSynced().
            Atomics.store(words, answered, answers);
            synced.wake();
          } else if (mutex.lock()) {
            // Owned: the mutex is held.
            const at = Atomics.load(words, freed);
            // Owned: the mutex is held.
            words[places + (at % capacity)] = request;
            // Standalone: the mutex orders the batch; an idle provider looks at it without.
            Atomics.store(words, freed, (at + 1) % (2 * capacity));
            mutex.unlock();
            notFull.wake();
          }
        },
      };
    },
  },
});
