/**
 * Inline: no threads and no hand-off; the provider writes each batch itself, channels in turn.
 * Use as the floor: what the work alone costs, and what small batches should be compared with.
 *
 * QEMU: sendPages() is multifd_send_pages() with the body of multifd_send_thread() in it; signalSync() is the first loop of
 * multifd_send_sync_main().
 */
import { layout } from '../src/memory/layout.js';
import { defineVariant, perChannel, SYNC } from '../src/sender/variant.js';

export default defineVariant({
  name: 'inline',
  summary:
    'The provider writes every batch itself: no threads, no hand-off. The lower bound on cost: compare others with it.',
  family: 'inline',
  depth: [1, 1],
  requesters: 'one',
  state: () => layout({}),
  batches: ({ requesters }) => requesters,
  provider: {
    waits: 'blocks',
    open(place) {
      const { channels } = place.shape;
      let nextChannel = 0;
      return {
        sendPages(full) {
          place.perform(nextChannel, full);
          nextChannel = nextChannel + 1 === channels ? 0 : nextChannel + 1;
          return full;
        },
        signalSync() {
          perChannel(place.shape, (channel) => place.perform(channel, SYNC));
          return true;
        },
        collectSync: () => true,
      };
    },
  },
  sender: { waits: 'never' },
});
