/**
 * Shared queue: one bounded queue of all batches, whose cells say by a turn what is in them (Vyukov); whichever sender is
 * free takes the next. Use where writes differ in length: no batch waits behind another one's write.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. sees    turn 2 * lap of the cell   <--  4. publishes turn 2 * lap + 2, wakes notFull
 *              at tail, or waits on notFull
 *   2. swaps   places (owned)                  3. swaps   places for an empty batch (owned), writes it afterwards
 *   3. publishes turn 2 * lap + 1,        -->  2. sees    turn 2 * lap + 1 of the cell at head, claims it by moving
 *              wakes one on notEmpty              head on; or waits on notEmpty
 *
 *   provider: signalSync(), collectSync()
 *   1. publishes asked, wakes all on notEmpty. Who has not answered and then finds the queue empty writes a SYNC: all batches
 *      before it are taken, and each is written before the SYNC of the sender that took it.
 *   2. each channel: waits on synced until answered is asked.
 *
 * A batch takes a cell until it is taken: cells and batches that are being written make up the depth. Not lock-free as a
 * whole: a sender that is stopped between claiming a cell and giving it back holds up the provider a lap later.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const capacityOf = ({ channels, depth }: Shape): number => channels * (depth - 1);
/** Positions are counted round so many, a whole number of laps: a claim that is late by as many would be mistaken. */
const roundOf = (capacity: number): number => capacity * Math.floor(2 ** 29 / capacity);

const state = (shape: Shape) =>
  layout({
    notEmpty: { kind: 'event', writer: 'the provider wakes, senders wait' },
    notFull: { kind: 'event', writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', writer: 'senders wake, the provider waits' },
    head: { kind: 'atomic', writer: 'senders, as they claim' },
    turn: { kind: 'atomic', writer: 'the provider and the sender that claimed, by turns', count: capacityOf(shape) },
    places: { kind: 'plain', writer: 'whose turn it is', count: capacityOf(shape), beside: 'turn' },
    asked: { kind: 'atomic', writer: 'the provider' },
    answered: { kind: 'atomic', writer: 'the sender', count: shape.channels },
  });

export default defineVariant({
  name: 'shared-queue',
  summary: 'One bounded queue from which every free sender takes, without a lock. For writes of unequal length.',
  family: 'lock-free',
  depth: [2, 256],
  requesters: 'one',
  state,
  batches: ({ channels, depth, requesters }) => requesters + channels * depth,

  init({ shape, words, row }) {
    for (let cell = 0; cell < capacityOf(shape); cell++) {
      // Owned: no thread runs yet.
      words[row('places', cell)] = shape.requesters + shape.channels + cell;
    }
  },

  provider: {
    waits: 'blocks',
    open({ words, shape, open }) {
      const capacity = capacityOf(shape);
      const round = roundOf(capacity);
      const { notEmpty, notFull, synced, turn, places, asked, answered } = open();
      let tail = 0;
      let syncs = 0;

      function isFree(): boolean {
        // Sees the empty batch after the turn. Pairs with Atomics.store(turn) in giveBack().
        return Atomics.load(words, turn[tail % capacity]!) === 2 * Math.floor(tail / capacity);
      }

      function isSynced(channel: number): boolean {
        // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(answered) in complete().
        return Atomics.load(words, answered[channel]!) === syncs;
      }

      return {
        digest: () => `${tail} ${syncs}`,
        sendPages(full) {
          if (!notFull.until(isFree)) return EXIT;
          const cell = tail % capacity;
          // Owned: it is the provider's turn.
          const empty = words[places[cell]!]!;
          // Owned: it is the provider's turn.
          words[places[cell]!] = full;
          // Publishes the batch before the turn. Pairs with Atomics.load(turn) in turnAt().
          Atomics.store(words, turn[cell]!, 2 * Math.floor(tail / capacity) + 1);
          tail = (tail + 1) % round;
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
      const round = roundOf(capacity);
      const { notEmpty, notFull, synced, head, turn, places, asked } = open();
      const { answered } = open(channel);
      let empty = shape.requesters + channel;
      let answers = 0;

      function isAsked(): boolean {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return Atomics.load(words, asked) !== answers;
      }

      function position(): number {
        // Standalone: a guess; claim() confirms it.
        return Atomics.load(words, head);
      }

      /** 0 while the cell at a position waits for its batch, 1 while that is there, else the position is behind. */
      function turnAt(at: number): number {
        // Sees the batch after the turn. Pairs with Atomics.store(turn) in sendPages().
        return Atomics.load(words, turn[at % capacity]!) - 2 * Math.floor(at / capacity);
      }

      function hasWork(): boolean {
        return turnAt(position()) !== 0 || isAsked();
      }

      function take(): number {
        for (;;) {
          const at = position();
          const is = turnAt(at);
          if (is === 0) return NONE;
          // Standalone: only one may move it on from here; the turn orders the batch.
          if (is === 1 && Atomics.compareExchange(words, head, at, (at + 1) % round) === at) return giveBack(at);
        }
      }

      function giveBack(at: number): number {
        const cell = at % capacity;
        // Owned: it is the turn of whoever claimed the position.
        const full = words[places[cell]!]!;
        // Owned: it is the turn of whoever claimed the position.
        words[places[cell]!] = empty;
        // Publishes the empty batch before the turn. Pairs with Atomics.load(turn) in isFree().
        Atomics.store(words, turn[cell]!, 2 * Math.floor(((at + capacity) % round) / capacity));
        notFull.wake();
        return full;
      }

      return {
        digest: () => `${empty} ${answers}`,
        next() {
          for (;;) {
            // Before the queue is looked at: it then holds all that was handed over before the sync.
            const syncs = isAsked();
            const full = take();
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
          } else empty = request;
        },
      };
    },
  },
});
