// The captured streams of all QEMUs and codecs, over sockets into a receiver process, and cut at every place.
import { captures } from '../wire/fixtures/captured.js';
import { testIgnoredSyncs, testReplays, testStrictNumbers, testVanishing } from './fixtures/qemu-replays.js';
import { old, recent } from './fixtures/sources.js';

testReplays(captures, [
  [0, 1, 2],
  [2, 1, 0],
]);
testStrictNumbers();
testIgnoredSyncs([old, recent]);
testVanishing({ of: [old, recent], chooses: (places) => places });
