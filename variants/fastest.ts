/**
 * Fastest: what the other designs taught, put together. One ring per channel lets a sender find its next batch while the
 * provider is elsewhere; who sleeps announces it, so nobody awake is notified; one word carries batches and sync, so who
 * looks loads once; and both sides publish late while the other has enough to do, so an atomic store, a wake-up and a
 * cache line are shared by many batches. Late means: at the latest when its owner has nothing else to do.
 *
 *   provider: sendPages(), flush()             sender: next() .. complete()
 *   1. sees    head (only when cachedHead <--  5. publishes head (batches emptied before): when nothing is
 *              leaves no room); if no             left to take, or every `most` batches, and then wakes room
 *              channel has room, flushes and
 *              waits on room
 *   2. swaps   slots[localTail] (owned)        4. writes  slots[localHead], which stays there, empty
 *   3. publishes tail (index and syncs),  -->  3. sees    tail (only when cachedTail leaves nothing), or waits on
 *              wakes work: every `late[channel]`          work until it changes
 *              batches, and at a flush
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes tail with one more sync, wakes work. A sender that has written all writes a SYNC.
 *   2. waits on synced until answered is what all channels together make it. Only the last one wakes the provider.
 *
 * A provider that finds a channel without work doubles its lateness there: it is the slower side, so no sender waits
 * for what it holds back for longer than it waits anyway. A flush (before a sync, before idling) sets it back to 1.
 *
 * tail and head are published; localTail and localHead run ahead of them. Rings: Lamport 1983; cached indices: FastForward,
 * PPoPP 2008; late publishing: as the batches of the Disruptor.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, perChannel, type Shape, SYNC } from '../src/sender/variant.js';

/** `tail` holds an index, which counts round twice the depth, and above it the number of syncs. */
const INDEX_BITS = 10;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
const ONE_SYNC = 1 << INDEX_BITS;

/** The most batches that are published at once: more no longer pays. */
const MOST_LATE = 32;

/** Half a ring: while one half is filled or emptied, the other keeps the other side busy. */
const mostLate = ({ depth }: Shape) => Math.min(MOST_LATE, Math.max(1, depth >> 1));

/** Words of a cache line. */
const LINE_WORDS = 16;

/** Slots that fit into the line of `tail` come with it; with more of them, who fills the slots would lose the line to who looks at `tail`. */
const besideTail = (depth: number) => (depth < LINE_WORDS ? { beside: 'tail' } : {});

const state = ({ channels, depth }: Shape) =>
  layout({
    room: { kind: 'event', looks: true, writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', looks: true, writer: 'senders wake, the provider waits' },
    work: { kind: 'event', looks: true, writer: 'the provider wakes, the sender waits', count: channels },
    tail: { kind: 'atomic', writer: 'the provider', count: channels },
    head: { kind: 'atomic', writer: 'the sender', count: channels },
    answered: { kind: 'atomic', writer: 'senders, one for each SYNC' },
    slots: { kind: 'plain', writer: 'the provider, from tail on', count: channels, words: depth, ...besideTail(depth) },
  });

export default defineVariant({
  name: 'fastest',
  summary:
    'Rings, announced sleepers, one word for batches and sync; both sides publish late. For the least cost per hand-off.',
  family: 'lock-free',
  depth: [1, 256],
  requesters: 'one',
  publishesLate: 'as-it-sees-fit',
  state,
  batches: ({ channels, depth, requesters }) => requesters + channels * depth,

  init({ shape: { channels, depth, requesters }, words, row }) {
    for (let batch = 0; batch < channels * depth; batch++) {
      // Owned: no thread runs yet.
      words[row('slots', Math.floor(batch / depth)) + (batch % depth)] = requesters + batch;
    }
  },

  provider: {
    waits: 'blocks',
    open({ words, shape, open }) {
      const { channels, depth } = shape;
      const most = mostLate(shape);
      const { room, synced, work, tail, head, slots, answered } = open();
      /** Of each channel: where the next batch goes, what tail is, and what head was when it was last looked at. */
      const localTail = perChannel(shape, () => 0);
      const publishedTail = perChannel(shape, () => 0);
      const cachedHead = perChannel(shape, () => 0);
      /** Of each channel: how many batches are published at once. */
      const late = perChannel(shape, () => 1);
      /** The channel of the next batch, and how many more may go there before they are published. */
      let current = 0;
      let left = 1;
      /** Syncs asked for, above an index. */
      let syncs = 0;
      /** What `answered` is once all have been written. */
      let asked = 0;

      function hasRoom(channel: number): boolean {
        const used = localTail[channel]! - cachedHead[channel]!;
        return used !== depth && used !== -depth;
      }

      function look(channel: number): number {
        // Sees the emptied batches after head. Pairs with Atomics.store(head) in publishHead().
        return Atomics.load(words, head[channel]!);
      }

      function someHaveRoom(): boolean {
        for (let channel = 0; channel < channels; channel++) {
          const used = localTail[channel]! - look(channel);
          if (used !== depth && used !== -depth) return true;
        }
        return false;
      }

      function publish(channel: number): void {
        publishedTail[channel] = localTail[channel]!;
        // Publishes the batches, or the jobs before a sync. Pairs with Atomics.load(tail) in look().
        Atomics.store(words, tail[channel]!, syncs | localTail[channel]!);
        work[channel]!.wake();
      }

      /** The current channel's batches are out; the next one takes as many as it is late. */
      function moveOn(): void {
        current = current + 1 === channels ? 0 : current + 1;
        left = late[current]!;
      }

      function publishAll(): void {
        for (let channel = 0; channel < channels; channel++) {
          if (publishedTail[channel] !== localTail[channel]) publish(channel);
        }
      }

      /** Makes the current channel one with room: by its cached head, or by a look; waits for one. */
      function findRoom(): boolean {
        for (;;) {
          for (let step = 0; step < channels; step++) {
            if (hasRoom(current)) return true;
            cachedHead[current] = look(current);
            if (hasRoom(current)) return true;
            if (publishedTail[current] !== localTail[current]) publish(current);
            moveOn();
          }
          if (!room.until(someHaveRoom)) return false;
        }
      }

      function allAnswered(): boolean {
        // Sees what the senders did before their SYNCs were written. Pairs with Atomics.add(answered) in complete().
        return Atomics.load(words, answered) === asked;
      }

      return {
        digest: () => `${current} ${left} ${syncs} ${localTail} ${publishedTail} ${cachedHead} ${late}`,
        sendPages(full) {
          if (!hasRoom(current) && !findRoom()) return EXIT;
          const channel = current;
          const at = localTail[channel]!;
          const slot = slots[channel]! + (at < depth ? at : at - depth);
          // Owned: the ring has room, so what lies here is empty.
          const empty = words[slot]!;
          // Owned: the sender does not look at it before tail says so.
          words[slot] = full;
          localTail[channel] = at + 1 === 2 * depth ? 0 : at + 1;
          if (--left <= 0) {
            if (most > 1) {
              cachedHead[channel] = look(channel);
              if (cachedHead[channel] === publishedTail[channel]) late[channel] = Math.min(most, 2 * late[channel]!);
            }
            publish(channel);
            moveOn();
          }
          return empty;
        },

        flush() {
          publishAll();
          late.fill(1);
          left = 1;
        },

        signalSync() {
          syncs = (syncs + ONE_SYNC) | 0;
          asked = (asked + channels) | 0;
          for (let channel = 0; channel < channels; channel++) publish(channel);
          return true;
        },

        collectSync: () => synced.until(allAnswered),
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, shape, open }, channel) {
      const { channels, depth } = shape;
      const most = mostLate(shape);
      const { room, synced, answered, work, tail, head, slots } = open(channel);
      /** Where the next batch is, what head is, and what tail was, syncs included, when it was last looked at. */
      let localHead = 0;
      let publishedHead = 0;
      let cachedTail = 0;
      /** Batches that are done and not published. */
      let late = 0;
      /** Syncs answered, above an index; and what `answered` is once all channels have answered that many. */
      let syncs = 0;
      let asked = 0;

      function look(): number {
        // Sees the batches, and the jobs before a sync, after tail. Pairs with Atomics.store(tail) in publish().
        return Atomics.load(words, tail);
      }

      function hasMore(): boolean {
        return look() !== cachedTail;
      }

      function publishHead(): void {
        late = 0;
        publishedHead = localHead;
        // Publishes the emptied batches before head. Pairs with Atomics.load(head) in look().
        Atomics.store(words, head, localHead);
      }

      return {
        digest: () => `${localHead} ${publishedHead} ${cachedTail} ${late} ${syncs}`,
        next() {
          if ((cachedTail & INDEX_MASK) === localHead) {
            cachedTail = look();
            if ((cachedTail & INDEX_MASK) === localHead) {
              // Nobody need be woken: a provider that sleeps has filled the ring, which leaves more than `most` to complete.
              if (publishedHead !== localHead) publishHead();
              if ((cachedTail & ~INDEX_MASK) !== syncs) return SYNC;
              if (!work.until(hasMore)) return EXIT;
              cachedTail = look();
              if ((cachedTail & INDEX_MASK) === localHead) return SYNC;
            }
          }
          // Owned: tail is beyond it.
          return words[slots + (localHead < depth ? localHead : localHead - depth)]!;
        },

        complete(request) {
          if (request === SYNC) {
            syncs = (syncs + ONE_SYNC) | 0;
            asked = (asked + channels) | 0;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(answered) in allAnswered().
            if (((Atomics.add(words, answered, 1) + 1) | 0) === asked) synced.wake();
          } else {
            localHead = localHead + 1 === 2 * depth ? 0 : localHead + 1;
            if (++late >= most) {
              publishHead();
              room.wake();
            }
          }
        },
      };
    },
  },
});
