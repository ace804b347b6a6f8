// Finds QEMU: a binary that the user names, or those on PATH, each with its version.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { badValue } from '../base/usage-error.js';

export interface QemuBinary {
  readonly path: string;
  /** As in "10.0.2". */
  readonly version: string;
  readonly major: number;
  readonly minor: number;
}

/** qemu-system-x86_64, and others installed beside it, as in qemu-system-x86_64-10.0. */
const NAME = /^qemu-system-x86_64(?:-\d+\.\d+)?$/;
const VERSION_MS = 30_000;

/** The binary that `flag` names: a path, or a name on PATH. Throws UsageError if it does not say a QEMU version. */
export async function qemuBinary(flag: string, path: string): Promise<QemuBinary> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: VERSION_MS, killSignal: 'SIGKILL' });
    const [, version, major, minor] = /^QEMU emulator version ((\d+)\.(\d+)\S*)/.exec(stdout)!;
    return { path, version: version!, major: Number(major), minor: Number(minor) };
  } catch {
    throw badValue(flag, path, 'the path or name of a qemu-system-x86_64 that runs here');
  }
}

/** The QEMUs on PATH, one for each version, oldest first. Empty where none is installed. */
export async function installedQemus(): Promise<readonly QemuBinary[]> {
  const found = new Map<string, QemuBinary>();
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of namesIn(folder)) {
      const binary = await qemuBinary('PATH', join(folder, name)).catch(() => undefined);
      if (binary && !found.has(binary.version)) found.set(binary.version, binary);
    }
  }
  return [...found.values()].sort((a, b) => a.major - b.major || a.minor - b.minor);
}

/** True if the binary is at least that version. */
export function isSince(binary: QemuBinary, major: number, minor: number): boolean {
  return binary.major > major || (binary.major === major && binary.minor >= minor);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}
