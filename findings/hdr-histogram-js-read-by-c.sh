#!/usr/bin/env bash
# What hdr-histogram-js writes, the C library reads one unit too high.
#
# Packages: hdr-histogram-js 3.0.1 (JavaScript), native-hdr-histogram 1.0.0 (HdrHistogram_c 0.11.1).
# Expected: both speak HdrHistogram's V2 encoding, compressed, so values come back as they were recorded.
# Seen: 1 and 2 come back as 2 and 3. hdr-histogram-js writes 1 as the normalizing index offset (bytes 8 to 11 of the
#   payload) and 5e-324 as the conversion ratio, where the C library writes 0 and 1. With an offset of 0 all comes back.
#   hdr-histogram-js itself does not look at the field.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts hdr-histogram-js@3.0.1 native-hdr-histogram@1.0.0 >/dev/null
cat >try.mjs <<'SCRIPT'
import { createRequire } from 'node:module';
import { deflateSync, inflateSync } from 'node:zlib';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
const Native = createRequire(import.meta.url)('native-hdr-histogram');

const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e6, numberOfSignificantValueDigits: 3 });
for (let each = 0; each < 100; each++) for (const value of [1, 2, 10]) histogram.recordValue(value);
const payload = inflateSync(Buffer.from(encodeIntoCompressedBase64(histogram), 'base64').subarray(8));

/** The payload in its envelope: cookie, length, deflated. */
function readByC(bytes) {
  const packed = deflateSync(bytes);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0x1c849304, 0);
  head.writeUInt32BE(packed.length, 4);
  const read = Native.decode(Buffer.from(Buffer.concat([head, packed]).toString('base64')));
  return [10, 50].map((percentile) => read.percentile(percentile)).join(' ');
}
console.log(`offset ${payload.readInt32BE(8)}, ratio ${payload.readDoubleBE(32)}: ${readByC(payload)}`);
payload.writeInt32BE(0, 8);
console.log(`offset 0: ${readByC(payload)}`);
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
offset 1, ratio 5e-324: 2 3
offset 0: 1 2
EXPECTED
