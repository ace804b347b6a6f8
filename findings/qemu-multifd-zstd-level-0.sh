#!/usr/bin/env bash
# QEMU's multifd-zstd-level 0 compresses harder than level 1.
#
# Package: qemu-system-x86 1:10.0.13+ds-0+deb13u1 (Debian 13). 11.1 does the same.
# Expected: QEMU's reference says of 0, for zlib and zstd alike, that it means no compression.
# Seen: it does so for zlib. zstd takes 0 for its own default: as many bytes as level 3.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p lists/partial cache/archives/partial root
touch status # Nothing is installed as far as this apt knows, so all that QEMU depends on comes along.
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main" >sources
apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$folder/lists"
  -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update
DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --download-only --no-install-recommends qemu-system-x86=1:10.0.13+ds-0+deb13u1 >/dev/null
for each in cache/archives/*.deb; do dpkg-deb -x "$each" root; done
cat >qemu <<'SCRIPT'
#!/bin/sh
QEMU_MODULE_DIR=root/usr/lib/x86_64-linux-gnu/qemu exec root/usr/lib64/ld-linux-x86-64.so.2 --library-path root/lib/x86_64-linux-gnu:root/usr/lib/x86_64-linux-gnu \
  root/usr/bin/qemu-system-x86_64 "$@"
SCRIPT
chmod +x qemu
seq 1000000 >ram && truncate -s 4M ram
cat >try.mjs <<'SCRIPT'
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** A stopped machine with nothing but this RAM; `ask` sends a command over QMP and resolves with its answer. */
async function machine(megabytes) {
  const memory = `memory-backend-file,id=m0,share=on,mem-path=ram,size=${megabytes}M`;
  const args = ['-M', 'none,memory-backend=m0', '-m', `${megabytes}M`, '-object', memory, '-S', '-display', 'none'];
  const qemu = spawn('./qemu', [...args, '-nodefaults', '-qmp', 'stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: qemu.stdout })[Symbol.asyncIterator]();
  const ask = async (execute, given = {}) => {
    qemu.stdin.write(`${JSON.stringify({ execute, arguments: given })}\n`);
    for (;;) {
      const answer = JSON.parse((await lines.next()).value);
      if (answer.error) throw new Error(answer.error.desc);
      if (answer.return) return answer.return;
    }
  };
  await ask('qmp_capabilities');
  return { ask, end: () => qemu.kill('SIGKILL') };
}

/** Where a migration goes: it reads all that comes, and counts it. */
async function sink() {
  let bytes = 0;
  const server = createServer((line) => line.on('data', (data) => (bytes += data.length)).on('error', () => {}));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { uri: `tcp:127.0.0.1:${server.address().port}`, bytes: () => bytes, end: () => server.close() };
}

/** Bytes that a migration by this codec and level takes. */
async function packed(codec, level) {
  const { ask, end } = await machine(4);
  const to = await sink();
  await ask('migrate-set-capabilities', { capabilities: [{ capability: 'multifd', state: true }] });
  await ask('migrate-set-parameters', { 'multifd-channels': 1, 'multifd-compression': codec });
  await ask('migrate-set-parameters', { [`multifd-${codec}-level`]: level });
  await ask('migrate', { uri: to.uri });
  while ((await ask('query-migrate')).status !== 'completed') await pause(50);
  await pause(200);
  end();
  to.end();
  return to.bytes();
}
const size = 4 * 2 ** 20;
const alike = (left, right) => Math.abs(left / right - 1) < 0.01; // The number of passes may differ.
console.log(`zlib, level 0: ${(await packed('zlib', 0)) < size ? 'less' : 'more'} than the RAM`);
const [zero, one, three] = [await packed('zstd', 0), await packed('zstd', 1), await packed('zstd', 3)];
console.log(`zstd, level 0: ${zero < size ? 'less' : 'more'} than the RAM`);
console.log(`zstd: level 0 ${alike(zero, three) ? 'is' : 'is not'} level 3, and ${alike(zero, one) ? 'is' : 'is not'} level 1`);
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
zlib, level 0: more than the RAM
zstd, level 0: less than the RAM
zstd: level 0 is level 3, and is not level 1
EXPECTED
