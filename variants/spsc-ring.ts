/**
 * Ring a channel: a bounded queue for one writer and one reader, so that a sender finds its next batch while the provider
 * is elsewhere. Use where a hand-off costs as much as a write: with depth, wake-ups are shared by many batches.
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. sees    taken (only when the last  <--  5. publishes taken + 1 (batch emptied before), wakes room
 *              it saw leaves no room); if no
 *              channel has room, waits on room
 *   2. swaps   slots[put] (owned)              4. writes  slots[taken], which stays there, empty
 *   3. publishes put, wakes work          -->  3. sees    put (only when it has written all it saw), or waits on work
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes asked, wakes work. A sender that has written all and has not answered writes a SYNC.
 *   2. each channel: waits on synced until answered is asked.
 *
 * Late publishing (--publish-every): put covers so many batches of a channel at a time, or all that there are when no channel
 * has room, before a sync and when the provider idles. Senders tell of each batch: together, they would gain a half where
 * both sides spin, and lose as much where they park.
 *
 * put and taken count round twice the depth, so that full and empty differ. Lamport 1983; the indices of the other side
 * are kept as in FastForward (PPoPP 2008) and its successors.
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, perChannel, type Shape, SYNC } from '../src/sender/variant.js';

const state = ({ channels, depth }: Shape) =>
  layout({
    room: { kind: 'event', writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', writer: 'senders wake, the provider waits' },
    work: { kind: 'event', writer: 'the provider wakes, the sender waits', count: channels },
    put: { kind: 'atomic', writer: 'the provider', count: channels },
    taken: { kind: 'atomic', writer: 'the sender', count: channels },
    slots: { kind: 'plain', writer: 'the provider, from put on', count: channels, words: depth },
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
    open({ words, shape, row, event }) {
      const { channels, depth } = shape;
      const together = Math.min(shape.publishEvery ?? 1, depth);
      const room = event('room');
      const synced = event('synced');
      const work = perChannel(shape, (channel) => event('work', channel));
      const put = perChannel(shape, (channel) => row('put', channel));
      const taken = perChannel(shape, (channel) => row('taken', channel));
      const slots = perChannel(shape, (channel) => row('slots', channel));
      const asked = perChannel(shape, (channel) => row('asked', channel));
      const answered = perChannel(shape, (channel) => row('answered', channel));
      /** What put is, or will be; how many batches before it are not published; what taken was when it was last looked at. */
      const puts = perChannel(shape, () => 0);
      const late = perChannel(shape, () => 0);
      const seen = perChannel(shape, () => 0);
      let nextChannel = 0;
      let syncs = 0;

      function hasRoom(channel: number, takenThen: number): boolean {
        const used = puts[channel]! - takenThen;
        return used !== depth && used !== -depth;
      }

      function takenNow(channel: number): number {
        // Sees the emptied batches after taken. Pairs with Atomics.store(taken) in complete().
        return Atomics.load(words, taken[channel]!);
      }

      function someHaveRoom(): boolean {
        for (let channel = 0; channel < channels; channel++) if (hasRoom(channel, takenNow(channel))) return true;
        return false;
      }

      /** The first channel from the next on that has room, by what was seen last or by a look; waits for one. */
      function findRoom(): boolean {
        for (;;) {
          for (let step = 0; step < channels; step++) {
            if (hasRoom(nextChannel, seen[nextChannel]!)) return true;
            nextChannel = nextChannel + 1 === channels ? 0 : nextChannel + 1;
          }
          for (let channel = 0; channel < channels; channel++) seen[channel] = takenNow(channel);
          if (puts.some((_, channel) => hasRoom(channel, seen[channel]!))) continue;
          // Nobody makes room of what was not published.
          publishAll();
          if (!room.until(someHaveRoom)) return false;
        }
      }

      function publish(channel: number): void {
        late[channel] = 0;
        // Publishes the batches before put. Pairs with Atomics.load(put) in putNow().
        Atomics.store(words, put[channel]!, puts[channel]!);
        work[channel]!.wake();
      }

      function publishAll(): void {
        for (let channel = 0; channel < channels; channel++) if (late[channel]! > 0) publish(channel);
      }

      function isSynced(channel: number): boolean {
        // Sees what the sender did before its SYNC was written. Pairs with Atomics.store(answered) in complete().
        return Atomics.load(words, answered[channel]!) === syncs;
      }

      return {
        digest: () => `${nextChannel} ${syncs} ${puts} ${late} ${seen}`,
        sendPages(full) {
          if (!findRoom()) return EXIT;
          const channel = nextChannel;
          nextChannel = channel + 1 === channels ? 0 : channel + 1;
          const at = puts[channel]!;
          const slot = slots[channel]! + (at < depth ? at : at - depth);
          // Owned: the ring has room, so what lies here is empty.
          const empty = words[slot]!;
          // Owned: the sender does not look at it before put says so.
          words[slot] = full;
          puts[channel] = at + 1 === 2 * depth ? 0 : at + 1;
          late[channel]!++;
          if (late[channel] === together) publish(channel);
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
    open({ words, shape, row, event }, channel) {
      const { depth } = shape;
      const room = event('room');
      const synced = event('synced');
      const work = event('work', channel);
      const put = row('put', channel);
      const taken = row('taken', channel);
      const slots = row('slots', channel);
      const asked = row('asked', channel);
      const answered = row('answered', channel);
      /** What taken is, and what put was when it was last looked at. */
      let at = 0;
      let seen = 0;
      let answers = 0;

      function putNow(): number {
        // Sees the batches before put. Pairs with Atomics.store(put) in publish().
        return Atomics.load(words, put);
      }

      function hasWork(): boolean {
        // Sees the jobs before it. Pairs with Atomics.store(asked) in signalSync().
        return putNow() !== at || Atomics.load(words, asked) !== answers;
      }

      return {
        digest: () => `${at} ${seen} ${answers}`,
        next() {
          if (seen === at) {
            if (!work.until(hasWork)) return EXIT;
            // After a sync was seen: a job may have come before it.
            seen = putNow();
            if (seen === at) return SYNC;
          }
          // Owned: put is beyond it.
          return words[slots + (at < depth ? at : at - depth)]!;
        },

        complete(request) {
          if (request === SYNC) {
            answers++;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(answered) in isSynced().
            Atomics.store(words, answered, answers);
            synced.wake();
          } else {
            at = at + 1 === 2 * depth ? 0 : at + 1;
            // Publishes the emptied batch before taken. Pairs with Atomics.load(taken) in takenNow().
            Atomics.store(words, taken, at);
            room.wake();
          }
        },
      };
    },
  },
});
