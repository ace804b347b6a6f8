#!/usr/bin/env bash
# native-hdr-histogram reads its own encoding back without the largest value.
#
# Package: native-hdr-histogram 1.0.0 (HdrHistogram_c 0.11.1).
# Expected: decode(encode(h)) has the percentiles, the largest value and the mean of h.
# Seen: the largest value that was recorded is gone: the maximum is the one below it, and the mean is smaller. Other
#   readers find it in the same bytes, so it is lost in decode.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts native-hdr-histogram@1.0.0 >/dev/null
cat >try.mjs <<'SCRIPT'
import { createRequire } from 'node:module';
const Native = createRequire(import.meta.url)('native-hdr-histogram');

const recorded = new Native(1, 1e6, 3);
for (const value of [1, 2, 5, 10, 100, 1000, 1500, 2000, 4000]) recorded.record(value);
const say = (name, histogram) => console.log(`${name}: max ${histogram.max()}, mean ${histogram.mean().toFixed(1)}`);
say('recorded', recorded);
say('read back', Native.decode(recorded.encode()));
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
recorded: max 4001, mean 957.7
read back: max 2000, mean 577.3
EXPECTED
