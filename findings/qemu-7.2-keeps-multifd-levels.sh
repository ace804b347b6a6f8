#!/usr/bin/env bash
# QEMU 7.2 takes multifd-zlib-level and multifd-zstd-level, and goes on compressing at level 1.
#
# Package: qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3 (Debian 12). 10.0 and 11.1 set them.
# Expected: migrate-set-parameters sets the level.
# Seen: it succeeds, and query-migrate-parameters goes on showing 1, and that is the level of the stream. Only
#   `-global migration.multifd-zlib-level=9` has an effect.
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
truncate -s 4M ram
cat >try.mjs <<'SCRIPT'
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

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

const { ask, end } = await machine(4);
for (const [name, level] of [['multifd-zlib-level', 9], ['multifd-zstd-level', 19]]) {
  const answer = await ask('migrate-set-parameters', { [name]: level });
  const shown = (await ask('query-migrate-parameters'))[name];
  console.log(`${name} ${level}: answer ${JSON.stringify(answer)}, then it is ${shown}`);
}
end();
SCRIPT
node try.mjs | tee seen
diff seen - <<'EXPECTED'
multifd-zlib-level 9: answer {}, then it is 1
multifd-zstd-level 19: answer {}, then it is 1
EXPECTED
