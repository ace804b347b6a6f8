#!/usr/bin/env bash
# QEMU 7.2 reports the bytes of a packed multifd migration as if they were not packed.
#
# Package: qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian 12). 10.0 and 11.1 count what is sent.
# Expected: `transferred`, `multifd-bytes` and `mbps` of query-migrate say what the connections carried.
# Seen: with zlib, 8 MiB of numbers as text come as 2.5 MiB, and QEMU reports 8 MiB transferred. The limit of max-bandwidth
#   is counted in the same bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p lists/partial cache/archives/partial root
touch status # Nothing is installed as far as this apt knows, so all that QEMU depends on comes along.
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" >sources
apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/sources" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$folder/lists"
  -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root)
"${apt[@]}" update
DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --download-only --no-install-recommends qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 >/dev/null
for each in cache/archives/*.deb; do dpkg-deb -x "$each" root; done
cat >qemu <<'SCRIPT'
#!/bin/sh
QEMU_MODULE_DIR=root/usr/lib/x86_64-linux-gnu/qemu exec root/lib64/ld-linux-x86-64.so.2 --library-path root/lib/x86_64-linux-gnu:root/usr/lib/x86_64-linux-gnu \
  root/usr/bin/qemu-system-x86_64 "$@"
SCRIPT
chmod +x qemu
seq 2000000 >ram && truncate -s 8M ram
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

for (const codec of ['none', 'zlib']) {
  const { ask, end } = await machine(8);
  const to = await sink();
  await ask('migrate-set-capabilities', { capabilities: [{ capability: 'multifd', state: true }] });
  await ask('migrate-set-parameters', { 'multifd-channels': 1, 'multifd-compression': codec });
  await ask('migrate', { uri: to.uri });
  let info;
  do {
    await pause(50);
    info = await ask('query-migrate');
  } while (info.status !== 'completed');
  await pause(200);
  const { transferred, 'multifd-bytes': multifd } = info.ram;
  console.error(`${codec}: transferred ${transferred}, multifd-bytes ${multifd}, came ${to.bytes()}`);
  console.log(`${codec}: ${Math.round(transferred / to.bytes())} times as many bytes are reported as came`);
  end();
  to.end();
}
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
none: 1 times as many bytes are reported as came
zlib: 3 times as many bytes are reported as came
EXPECTED
