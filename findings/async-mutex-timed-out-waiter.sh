#!/usr/bin/env bash
# Who has given up waiting for an async-mutex semaphore still holds up those behind.
#
# Package: async-mutex 0.5.0.
# Expected: an `acquire` of `withTimeout` that has timed out no longer waits, so the next in line gets what is free.
# Seen: a waiter of weight 2 stays in the queue after its timeout. While a unit is free, a waiter of weight 1 behind it
#   gets nothing, and times out as well. Without the first waiter it is served at once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts async-mutex@0.5.0 >/dev/null
cat >try.mjs <<'SCRIPT'
import { Semaphore, withTimeout } from 'async-mutex';

for (const asksForTwo of [false, true]) {
  const semaphore = withTimeout(new Semaphore(1), 100);
  const said = asksForTwo ? await semaphore.acquire(2).catch(String) : 'nobody';
  const free = semaphore.getValue();
  const answer = await semaphore.acquire(1).then(() => 'served', String);
  console.log(`before: ${said}; free: ${free}; waiter of weight 1: ${answer}`);
}
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
before: nobody; free: 1; waiter of weight 1: served
before: Error: timeout while waiting for mutex to become available; free: 1; waiter of weight 1: Error: timeout while waiting for mutex to become available
EXPECTED
