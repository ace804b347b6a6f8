/**
 * One ring per channel: a bounded queue for one producer and one consumer, so that a sender finds its next batch while
 * the provider is elsewhere. Use where a hand-off costs as much as a write: with depth, many batches share a wake-up.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. sees    head (only when cachedHead <--  5. publishes head (batch emptied before), wakes room
 *              leaves no room); if no
 *              channel has room, waits on room
 *   2. swaps   slots[localTail] (owned)        4. writes  slots[localHead], which stays there, empty
 *   3. publishes tail, wakes work         -->  3. sees    tail (only when cachedTail leaves nothing), or waits on work
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes asked, wakes work. A sender that has written all and has not answered writes a SYNC.
 *   2. each channel: waits on synced until answered is asked.
 *
 * Late publishing (--publish-every): tail moves over that many batches of a channel at a time, or over all that there are
 * when no channel has room, before a sync and when the provider idles. Senders publish head after each batch: publishing
 * together, they would gain a half where both sides spin, and lose as much where they park.
 *
 * head (the consumer's index) and tail (the producer's) count round twice the depth, so that full and empty differ
 * (Lamport 1983). Each side caches the other's index, as in FastForward (PPoPP 2008) and its successors.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, perChannel, type Shape, SYNC } from '../src/sender/variant.js';

const state = ({ channels, depth }: Shape) =>
  layout({
    room: { kind: 'event', writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', writer: 'senders wake, the provider waits' },
    work: { kind: 'event', writer: 'the provider wakes, the sender waits', count: channels },
    tail: { kind: 'atomic', writer: 'the provider', count: channels },
    head: { kind: 'atomic', writer: 'the sender', count: channels },
    slots: { kind: 'plain', writer: 'the provider, from tail on', count: channels, words: depth },
    asked: { kind: 'atomic', writer: 'the provider', count: channels },
    answered: { kind: 'atomic', writer: 'the sender', count: channels },
  });

export default defineVariant({
  name: 'spsc-ring',
  summary: 'One ring of batches per channel, with one writer and one reader. For many batches per wake-up.',
  family: 'lock-free',
  depth: [1, 256],
  requesters: 'one',
  publishesLate: 'as-asked',
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
      const together = Math.min(shape.publishEvery ?? 1, depth);
      const { room, synced, work, tail, head, slots, asked, answered } = open();
      /** Of each channel: where the next batch goes, how many before it are unpublished, what head was at the last look. */
      const localTail = perChannel(shape, () => 0);
      const unpublished = perChannel(shape, () => 0);
      const cachedHead = perChannel(shape, () => 0);
      let nextChannel = 0;
      let syncs = 0;

      function hasRoom(channel: number, headThen: number): boolean {
        const used = localTail[channel]! - headThen;
        return used !== depth && used !== -depth;
      }

      function headNow(channel: number): number {
        // Sees the emptied batches after head. Pairs with Atomics.store(head) in complete().
        return Atomics.load(words, head[channel]!);
      }

      function someHaveRoom(): boolean {
        for (let channel = 0; channel < channels; channel++) if (hasRoom(channel, headNow(channel))) return true;
        return false;
      }

      /** The first channel from the next on that has room, by its cached head or by a look; waits for one. */
      function findRoom(): boolean {
        for (;;) {
          for (let step = 0; step < channels; step++) {
            if (hasRoom(nextChannel, cachedHead[nextChannel]!)) return true;
            nextChannel = nextChannel + 1 === channels ? 0 : nextChannel + 1;
          }
          for (let channel = 0; channel < channels; channel++) cachedHead[channel] = headNow(channel);
          if (localTail.some((_, channel) => hasRoom(channel, cachedHead[channel]!))) continue;
          // Nobody makes room of what was not published.
          publishAll();
          if (!room.until(someHaveRoom)) return false;
        }
      }

      function publish(channel: number): void {
        unpublished[channel] = 0;
        // Publishes the batches before tail. Pairs with Atomics.load(tail) in tailNow().
        Atomics.store(words, tail[channel]!, localTail[channel]!);
        work[channel]!.wake();
      }

      function publishAll(): void {
        for (let channel = 0; channel < channels; channel++) if (unpublished[channel]! > 0) publish(channel);
      }

      function isSynced(channel: number): boolean {
        // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(answered) in complete().
        return Atomics.load(words, answered[channel]!) === syncs;
      }

      return {
        digest: () => `${nextChannel} ${syncs} ${localTail} ${unpublished} ${cachedHead}`,
        sendPages(full) {
          if (!findRoom()) return EXIT;
          const channel = nextChannel;
          nextChannel = channel + 1 === channels ? 0 : channel + 1;
          const at = localTail[channel]!;
          const slot = slots[channel]! + (at < depth ? at : at - depth);
          // Owned: the ring has room, so what lies here is empty.
          const empty = words[slot]!;
          // Owned: the sender does not look at it before tail says so.
          words[slot] = full;
          localTail[channel] = at + 1 === 2 * depth ? 0 : at + 1;
          unpublished[channel]!++;
          if (unpublished[channel] === together) publish(channel);
          return empty;
        },

        flush: publishAll,

        signalSync() {
          syncs++;
          for (let channel = 0; channel < channels; channel++) {
            // Publishes the jobs before it. Pairs with Atomics.load(asked) in hasWork().
            Atomics.store(words, asked[channel]!, syncs);
            work[channel]!.wake();
          }
          return true;
        },

        collectSync() {
          for (let channel = 0; channel < channels; channel++) {
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
      const { depth } = shape;
      const { room, synced, work, tail, head, slots, asked, answered } = open(channel);
      /** Where the next batch is, which head says too, and what tail was when it was last looked at. */
      let localHead = 0;
      let cachedTail = 0;
      let answers = 0;

      function tailNow(): number {
        // Sees the batches before tail. Pairs with Atomics.store(tail) in publish().
        return Atomics.load(words, tail);
      }

      function hasWork(): boolean {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return tailNow() !== localHead || Atomics.load(words, asked) !== answers;
      }

      return {
        digest: () => `${localHead} ${cachedTail} ${answers}`,
        next() {
          if (cachedTail === localHead) {
            if (!work.until(hasWork)) return EXIT;
            // After a sync was seen: a job may have come before it.
            cachedTail = tailNow();
            if (cachedTail === localHead) return SYNC;
          }
          // Owned: tail is beyond it.
          return words[slots + (localHead < depth ? localHead : localHead - depth)]!;
        },

        complete(request) {
          if (request === SYNC) {
            answers++;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(answered) in isSynced().
            Atomics.store(words, answered, answers);
            synced.wake();
          } else {
            localHead = localHead + 1 === 2 * depth ? 0 : localHead + 1;
            // Publishes the emptied batch before head. Pairs with Atomics.load(head) in headNow().
            Atomics.store(words, head, localHead);
            room.wake();
          }
        },
      };
    },
  },
});
