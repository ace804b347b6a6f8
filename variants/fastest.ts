/**
 * Fastest: what the other designs taught, put together. A ring a channel lets a sender find its next batch while the
 * provider is elsewhere; who sleeps announces it, so nobody awake is notified; one word carries batches and sync, so who
 * looks loads once; and both sides publish late while the other has enough to do, so an atomic store, a wake-up and a
 * cache line are shared by many batches. Late means: at the latest when its owner has nothing else to do.
 *
 *   provider: sendPages(), flush()             sender: next() .. complete()
 *   1. sees    done (only when the last   <--  5. publishes done (batches emptied before): when nothing is
 *              it saw leaves no room); if no      left to take, or every `most` batches, and then wakes room
 *              channel has room, flushes and
 *              waits on room
 *   2. swaps   slots[put] (owned)              4. writes  slots[taken], which stays there, empty
 *   3. publishes given (put, syncs),      -->  3. sees    given, or waits on work until it changes
 *              wakes work: every `late[channel]`
 *              batches, and at a flush
 *
 *   provider: signalSync(), collectSync()
 *   1. each channel: publishes given with one more sync, wakes work. A sender that has written all writes a SYNC.
 *   2. waits on synced until answered is what all channels together make it. Only the last one wakes the provider.
 *
 * A provider that finds a channel without work doubles its lateness there: it is the slower side, so no sender waits
 * for what it holds back for longer than it waits anyway. A flush (before a sync, before idling) sets it back to 1.
 *
 * Rings: Lamport 1983; other side's index kept: FastForward, PPoPP 2008; late publishing: as the batches of the Disruptor.
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, perChannel, type Shape, SYNC } from '../src/sender/variant.js';

/** `given` holds an index, which counts round twice the depth, and above it the number of syncs. */
const INDEX_BITS = 10;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
const ONE_SYNC = 1 << INDEX_BITS;

/** So many batches are published at once at most: more no longer pays. */
const MOST_LATE = 32;

/** Half a ring: while one half is filled or emptied, the other keeps the other side busy. */
const mostLate = ({ depth }: Shape) => Math.min(MOST_LATE, Math.max(1, depth >> 1));

/** Words of a cache line. */
const LINE_WORDS = 16;

/** Slots that fit into the line of `given` come with it; more would be taken from who fills them by who looks at it. */
const besideGiven = (depth: number) => (depth < LINE_WORDS ? { beside: 'given' } : {});

const state = ({ channels, depth }: Shape) =>
  layout({
    room: { kind: 'event', looks: true, writer: 'senders wake, the provider waits' },
    synced: { kind: 'event', looks: true, writer: 'senders wake, the provider waits' },
    work: { kind: 'event', looks: true, writer: 'the provider wakes, the sender waits', count: channels },
    given: { kind: 'atomic', writer: 'the provider', count: channels },
    done: { kind: 'atomic', writer: 'the sender', count: channels },
    answered: { kind: 'atomic', writer: 'senders, one for each SYNC' },
    slots: { kind: 'plain', writer: 'the provider, from put on', count: channels, words: depth, ...besideGiven(depth) },
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
    open({ words, shape, row, event }) {
      const { channels, depth } = shape;
      const most = mostLate(shape);
      const room = event('room');
      const synced = event('synced');
      const work = perChannel(shape, (channel) => event('work', channel));
      const given = perChannel(shape, (channel) => row('given', channel));
      const done = perChannel(shape, (channel) => row('done', channel));
      const slots = perChannel(shape, (channel) => row('slots', channel));
      const answered = row('answered');
      /** Of each channel: what put is, how much of it was published, and what taken was when it was last looked at. */
      const puts = perChannel(shape, () => 0);
      const published = perChannel(shape, () => 0);
      const seen = perChannel(shape, () => 0);
      /** Of each channel: how many batches are published at once. */
      const late = perChannel(shape, () => 1);
      /** The channel of the next batch, and how many more may be put there before it is published. */
      let current = 0;
      let left = 1;
      /** Syncs asked for, above an index. */
      let syncs = 0;
      /** What `answered` is once all have been written. */
      let asked = 0;

      function hasRoom(channel: number): boolean {
        const used = puts[channel]! - seen[channel]!;
        return used !== depth && used !== -depth;
      }

      function look(channel: number): number {
        // Sees the emptied batches after done. Pairs with Atomics.store(done) in publishDone().
        return Atomics.load(words, done[channel]!);
      }

      function someHaveRoom(): boolean {
        for (let channel = 0; channel < channels; channel++) {
          const used = puts[channel]! - look(channel);
          if (used !== depth && used !== -depth) return true;
        }
        return false;
      }

      function publish(channel: number): void {
        published[channel] = puts[channel]!;
        // Publishes the batches, or the jobs before a sync. Pairs with Atomics.load(given) in look().
        Atomics.store(words, given[channel]!, syncs | puts[channel]!);
        work[channel]!.wake();
      }

      /** The current channel's batches are out; the next one takes as many as it is late. */
      function moveOn(): void {
        current = current + 1 === channels ? 0 : current + 1;
        left = late[current]!;
      }

      function publishAll(): void {
        for (let channel = 0; channel < channels; channel++) {
          if (published[channel] !== puts[channel]) publish(channel);
        }
      }

      /** Makes the current channel one with room: by what was seen last, or by a look; waits for one. */
      function findRoom(): boolean {
        for (;;) {
          for (let step = 0; step < channels; step++) {
            if (hasRoom(current)) return true;
            seen[current] = look(current);
            if (hasRoom(current)) return true;
            if (published[current] !== puts[current]) publish(current);
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
        digest: () => `${current} ${left} ${syncs} ${puts} ${published} ${seen} ${late}`,
        sendPages(full) {
          if (!hasRoom(current) && !findRoom()) return EXIT;
          const channel = current;
          const at = puts[channel]!;
          const slot = slots[channel]! + (at < depth ? at : at - depth);
          // Owned: the ring has room, so what lies here is empty.
          const empty = words[slot]!;
          // Owned: the sender does not look at it before given says so.
          words[slot] = full;
          puts[channel] = at + 1 === 2 * depth ? 0 : at + 1;
          if (--left <= 0) {
            if (most > 1) {
              seen[channel] = look(channel);
              if (seen[channel] === published[channel]) late[channel] = Math.min(most, 2 * late[channel]!);
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
    open({ words, shape, row, event }, channel) {
      const { channels, depth } = shape;
      const most = mostLate(shape);
      const room = event('room');
      const synced = event('synced');
      const answered = row('answered');
      const work = event('work', channel);
      const given = row('given', channel);
      const done = row('done', channel);
      const slots = row('slots', channel);
      /** What taken is, how much of it was published, and what given was when it was last looked at. */
      let at = 0;
      let publishedAt = 0;
      let seen = 0;
      /** Batches that are done and not published. */
      let late = 0;
      /** Syncs answered, above an index; and what \`answered\` is once all channels have answered that many. */
      let syncs = 0;
      let asked = 0;

      function look(): number {
        // Sees the batches before put, and the jobs before a sync, after given. Pairs with Atomics.store(given) in publish().
        return Atomics.load(words, given);
      }

      function hasMore(): boolean {
        return look() !== seen;
      }

      function publishDone(): void {
        late = 0;
        publishedAt = at;
        // Publishes the emptied batches before done. Pairs with Atomics.load(done) in look().
        Atomics.store(words, done, at);
      }

      return {
        digest: () => `${at} ${publishedAt} ${seen} ${late} ${syncs}`,
        next() {
          if ((seen & INDEX_MASK) === at) {
            seen = look();
            if ((seen & INDEX_MASK) === at) {
              // Nobody need be woken: a provider that sleeps has filled the ring, which leaves more than \`most\` to complete.
              if (publishedAt !== at) publishDone();
              if ((seen & ~INDEX_MASK) !== syncs) return SYNC;
              if (!work.until(hasMore)) return EXIT;
              seen = look();
              if ((seen & INDEX_MASK) === at) return SYNC;
            }
          }
          // Owned: put is beyond it.
          return words[slots + (at < depth ? at : at - depth)]!;
        },

        complete(request) {
          if (request === SYNC) {
            syncs = (syncs + ONE_SYNC) | 0;
            asked = (asked + channels) | 0;
            // Publishes what was done before the SYNC was written. Pairs with Atomics.load(answered) in allAnswered().
            if (((Atomics.add(words, answered, 1) + 1) | 0) === asked) synced.wake();
          } else {
            at = at + 1 === 2 * depth ? 0 : at + 1;
            if (++late >= most) {
              publishDone();
              room.wake();
            }
          }
        },
      };
    },
  },
});
