// The captured streams of real QEMUs, over sockets into a receiver process: one of the newest, and one of small pages.

import { testReplays, testSmallPages, testVanishing } from './fixtures/qemu-replays.js';
import { recent } from './fixtures/sources.js';

testReplays([recent], [[2, 1, 0]]);
testSmallPages();
testVanishing({ of: [recent], chooses: (places) => places.slice(1, 2) });
