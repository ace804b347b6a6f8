/**
 * Gate queue: one lock and one bounded queue for several providers and all channels; a sync is a gate in the queue, at
 * which every sender stops until all have come. Use beside requesters-mutex. Made after what is said of Cloud Hypervisor's
 * sender of 2026, not after its code.
 *
 *   a provider: sendPages()                    sender: next() .. complete()
 *   1. locks   mutex; if tail is a whole  <--  6. locks   mutex, lays the emptied batch at freed, adds 1 to it,
 *              ring beyond freed, unlocks,            unlocks, wakes notFull
 *              waits on notFull, again
 *   2. swaps   places[tail], adds 1 to        5. writes  the batch, with no lock
 *              tail, unlocks
 *   3. wakes   one on notEmpty            -->  4. locks   mutex; takes places[head], adds 1 to head, unlocks; or, if head
 *                                                 is tail, unlocks, waits on notEmpty, again
 *   the first provider: signalSync(), collectSync(), while the others are held
 *   1. publishes asked, wakes all on notEmpty: who has not answered and finds the queue empty writes a SYNC.
 *   2. waits on gate until arrived is what all channels together make it.
 *   sender: complete(SYNC), next()
 *   7. locks   mutex, adds 1 to arrived, unlocks; the last of them opens the gate: wakes all on it
 *   8. waits on gate until all have arrived, and only then takes what came behind it
 *
 * The ring is that of mutex-global: empty batches, then, from freed on, the gaps of those that are being written, then, from
 * head on, full ones. Several providers share the tail, so it is read under the mutex.
 *
 * QEMU: sendPages() is multifd_send() as of 10.0, signalSync() and collectSync() are the two loops of
 * multifd_send_sync_main(), the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const capacityOf = ({ channels, depth }: Shape): number => channels * depth;

const state = (shape: Shape) =>
  layout({
    mutex: { kind: 'lock', writer: 'all', threads: shape.requesters + shape.channels },
    notEmpty: { kind: 'event', writer: 'providers wake, senders wait' },
    notFull: { kind: 'event', writer: 'senders wake, providers wait' },
    gate: { kind: 'event', writer: 'the last sender wakes, the first provider and senders wait' },
    tail: { kind: 'atomic', writer: 'providers, under mutex' },
    head: { kind: 'atomic', writer: 'senders, under mutex', beside: 'tail' },
    freed: { kind: 'atomic', writer: 'senders, under mutex', beside: 'tail' },
    places: { kind: 'plain', writer: 'whoever holds mutex', words: capacityOf(shape) },
    asked: { kind: 'atomic', writer: 'the first provider' },
    arrived: { kind: 'atomic', writer: 'senders, under mutex' },
  });

export default defineVariant({
  name: 'gate-queue',
  summary:
    'One lock and one bounded queue for several providers, with a gate for each sync. In the manner of Cloud Hypervisor.',
  family: 'mutex',
  depth: [1, 256],
  requesters: 'threads',
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
      const { mutex, notEmpty, notFull, gate, tail, freed, places, asked, arrived } = open();
      let syncs = 0;

      function hasRoom(): boolean {
        // Standalone: where the mutex is not held it is only a reason to look again under it.
        const used = Atomics.load(words, tail) - Atomics.load(words, freed);
        return used !== capacity && used !== -capacity;
      }

      function allArrived(): boolean {
        // Sees what the senders did before their SYNCs were written. Pairs with Atomics.store(arrived) in complete().
        return Atomics.load(words, arrived) === ((syncs * shape.channels) | 0);
      }

      return {
        digest: () => `${syncs}`,
        sendPages(full) {
          for (;;) {
            if (!mutex.lock()) return EXIT;
            if (hasRoom()) break;
            mutex.unlock();
            if (!notFull.until(hasRoom)) return EXIT;
          }
          // Owned: the mutex is held.
          const at = Atomics.load(words, tail);
          const place = places + (at % capacity);
          // Owned: the mutex is held.
          const empty = words[place]!;
          // Owned: the mutex is held.
          words[place] = full;
          // Standalone: the mutex orders the batch; an idle sender looks at it without.
          Atomics.store(words, tail, (at + 1) % (2 * capacity));
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

        collectSync: () => gate.until(allArrived),
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, shape, open }, channel) {
      const { channels } = shape;
      const capacity = capacityOf(shape);
      const { mutex, notEmpty, notFull, gate, tail, head, freed, places, asked, arrived } = open(channel);
      let answers = 0;

      function isAsked(): boolean {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return Atomics.load(words, asked) !== answers;
      }

      function isOpen(): boolean {
        // Standalone: nothing that the others did is read behind the gate. Who was quicker may have come to the next one.
        return ((Atomics.load(words, arrived) - answers * channels) | 0) >= 0;
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
          if (!gate.until(isOpen)) return EXIT;
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
          if (!mutex.lock()) return;
          if (request === SYNC) {
            answers++;
            // Owned: the mutex is held.
            const all = (Atomics.load(words, arrived) + 1) | 0;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(arrived) in allArrived().
            Atomics.store(words, arrived, all);
            mutex.unlock();
            if (isOpen()) gate.wake();
          } else {
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
