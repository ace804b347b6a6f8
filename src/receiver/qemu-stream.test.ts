// The captured streams of real QEMUs, over sockets into a receiver process: one of each kind of main stream.

import { testIgnoredSyncs, testReplays, testSmallPages, testVanishing } from './fixtures/qemu-replays.js';
import { old, recent } from './fixtures/sources.js';

testReplays([old, recent], [[2, 1, 0]]);
testSmallPages();
testIgnoredSyncs([recent]);
testVanishing({ of: [recent], chooses: (places) => places.slice(1, 2) });
