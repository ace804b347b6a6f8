#!/usr/bin/env bash
# A piscina pool whose only thread is always busy says that a thousandth of it is used.
#
# Package: piscina 5.3.2.
# Expected: `utilization` is a fraction from 0 to 1: run time of all tasks, over the pool's duration times its threads. Both
#   are in milliseconds.
# Seen: 20 tasks of 20 ms, one after another in one thread, give 0.0009 or so, where the same quotient from the pool's own
#   `histogram.runTime` and `duration` is over 0.8. The mean run time is divided by 1000 once more.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts piscina@5.3.2 >/dev/null
cat >busy.mjs <<'SCRIPT'
export default function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
SCRIPT
cat >try.mjs <<'SCRIPT'
import { Piscina } from 'piscina';

const filename = new URL('busy.mjs', import.meta.url).href;
const pool = new Piscina({ filename, minThreads: 1, maxThreads: 1 });
let tasks = 0;
for (; tasks < 20; tasks++) await pool.run(20);
const own = (pool.histogram.runTime.mean * tasks) / pool.duration;
console.error(`utilization ${pool.utilization}; from run time and duration ${own}`);
console.log(`from run time and duration: ${own > 0.5 ? 'more' : 'less'} than a half`);
console.log(`utilization: ${pool.utilization > 0.5 ? 'more' : 'less'} than a half`);
console.log(`quotient of the two: ${Math.round(own / pool.utilization / 10) * 10}`);
await pool.destroy();
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
from run time and duration: more than a half
utilization: less than a half
quotient of the two: 1000
EXPECTED
