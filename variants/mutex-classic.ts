/**
 * Classic mutex: the scan locks each channel that it looks at, pendingJob counts requests, and the write runs with no
 * lock. Use to see what users had before the patch and its parent: QEMU 8.1 and 8.2 (commit 836eca47, regime A).
 *
 *   provider: sendPages()                      sender: next() .. complete()
 *   1. waits   channelsReady              <--  0. posts   channelsReady: one token an idle channel
 *   2. channel by channel: locks mutex,   <--  7. locks   mutex, takes 1 off pendingJob (batch emptied before), unlocks
 *      sees pendingJob 0, else unlocks
 *      swaps   pages, adds 1 to pendingJob, unlocks
 *   3. posts   sem                        -->  4. waits   sem
 *                                              5. locks   mutex, sees what is pending, takes pages, unlocks
 *                                              6. writes  the batch, with no lock
 *   provider: signalSync(), collectSync()
 *   1. each channel: locks mutex, sets syncFlag, adds 1 to pendingJob, unlocks, posts sem.
 *   2. each channel: waits channelsReady, waits semSync, which the sender posts once its SYNC is written.
 *
 * QEMU put the flag into the packet of a job that it still had; here, as in QEMU since, a SYNC has a packet of its own.
 * QEMU 7.2 differs in one more thing: its collectSync() did not wait for channelsReady, so each sync left a token for
 * every channel that nobody was free for, and the search went round over locked channels until one was (commit d2026ee1).
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */

import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import { defineVariant, EXIT, type Shape, SYNC } from '../src/sender/variant.js';

const NONE = -1;

const state = ({ channels }: Shape) =>
  layout({
    channelsReady: { kind: 'semaphore', writer: 'senders post, the provider waits' },
    sem: { kind: 'semaphore', writer: 'the provider posts, the sender waits', count: channels },
    semSync: { kind: 'semaphore', writer: 'the sender posts, the provider waits', count: channels },
    mutex: { kind: 'lock', writer: 'both', count: channels },
    pendingJob: { kind: 'plain', writer: 'both, under mutex', count: channels },
    syncFlag: { kind: 'plain', writer: 'both, under mutex', count: channels, beside: 'pendingJob' },
    pages: { kind: 'plain', writer: 'the provider, under mutex', count: channels, beside: 'pendingJob' },
  });

export default defineVariant({
  name: 'mutex-classic',
  summary:
    'One mutex per channel, taken for each channel that the scan looks at, released before the write. QEMU 8.1 and 8.2.',
  family: 'mutex',
  depth: [1, 1],
  requesters: 'one',
  state,
  batches: ({ channels, requesters }) => requesters + channels,

  init({ shape, words, row }) {
    for (let channel = 0; channel < shape.channels; channel++) {
      // Owned: no thread runs yet.
      words[row('pages', channel)] = shape.requesters + channel;
    }
  },

  provider: {
    waits: 'blocks',
    open(place) {
      const { words, shape, checking } = place;
      const { channels } = shape;
      const { channelsReady, sem, semSync, mutex, pendingJob, syncFlag, pages } = place.open();
      let nextChannel = 0;

      /** Takes the mutex of a free channel, the first from where the last search ended; NONE holds no mutex. */
      function lockFreeChannel(): number {
        let channel = nextChannel;
        for (let step = 0; step < channels; step++) {
          if (!mutex[channel]!.lock()) return NONE;
          // Owned: the mutex is held.
          if (words[pendingJob[channel]!] === 0) return channel;
          mutex[channel]!.unlock();
          channel = channel + 1 === channels ? 0 : channel + 1;
        }
        return NONE;
      }

      return {
        digest: () => `${nextChannel}`,
        sendPages(full) {
          for (;;) {
            if (place.exiting || !channelsReady.wait()) return EXIT;
            const channel = lockFreeChannel();
            if (channel === NONE) {
              // After an error a token may come from a channel that is not free, and only exiting ends the search.
              if (checking) invariant(place.exiting, 'I1: a channelsReady token without a free channel');
              continue;
            }
            nextChannel = channel + 1 === channels ? 0 : channel + 1;
            // Owned: the mutex is held.
            const empty = words[pages[channel]!]!;
            // Owned: the mutex is held.
            words[pages[channel]!] = full;
            // Owned: the mutex is held.
            words[pendingJob[channel]!] = 1;
            mutex[channel]!.unlock();
            sem[channel]!.post();
            return empty;
          }
        },

        signalSync() {
          for (let channel = 0; channel < channels; channel++) {
            if (place.exiting || !mutex[channel]!.lock()) return false;
            // Owned: the mutex is held.
            words[syncFlag[channel]!] = 1;
            // Owned: the mutex is held.
            words[pendingJob[channel]!]!++;
            mutex[channel]!.unlock();
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
      const { words, checking } = place;
      const { channelsReady, sem, semSync, mutex, pendingJob, syncFlag, pages } = place.open(channel);

      return {
        digest: () => '',
        next() {
          channelsReady.post();
          if (!sem.wait() || place.exiting || !mutex.lock()) return EXIT;
          // Owned: the mutex is held.
          const pending = words[pendingJob]!;
          // Owned: the mutex is held.
          const isJob = pending > words[syncFlag]!;
          // Owned: the mutex is held.
          const request = isJob ? words[pages]! : SYNC;
          mutex.unlock();
          if (checking) invariant(pending > 0, `I4: ${channel} woke without a request`);
          return request;
        },

        complete(request) {
          if (!mutex.lock()) return;
          // Owned: the mutex is held.
          words[pendingJob]!--;
          // Owned: the mutex is held.
          if (request === SYNC) words[syncFlag] = 0;
          mutex.unlock();
          if (request === SYNC) semSync.post();
        },

        fail() {
          semSync.post();
          channelsReady.post();
        },
      };
    },
  },
});
