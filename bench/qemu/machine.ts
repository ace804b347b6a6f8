// The machines whose RAM is migrated, as QEMU's command line: an empty one, and a guest that dirties RAM for ever.
import { statSync } from 'node:fs';

/**
 * `none`: no devices and no CPU; one RAM block, so that its main stream is about 1 KiB. `pc`: a PC by emulation whose
 * guest (a boot sector) increments the first byte of 1024 pages, from 1 MiB to 5 MiB, round and round.
 */
export type Machine = 'none' | 'pc';

/** The RAM block's name in the stream. */
const RAM_BLOCK = 'm0';

/** Where the guest of `pc` writes. */
export const DIRTIED = { from: 1 << 20, to: 5 << 20, pageSize: 4096 } as const;

/** The RAM is the file, shared and touched beforehand: else the first touch of each page falls into what is timed. */
export function machineArguments(machine: Machine, ramFile: string, bootDisk?: string): string[] {
  const bytes = statSync(ramFile).size;
  // In QEMU's option syntax a comma is written twice.
  const path = ramFile.replaceAll(',', ',,');
  return [
    ...['-machine', `${machine},accel=tcg,memory-backend=${RAM_BLOCK}`],
    ...['-object', `memory-backend-file,id=${RAM_BLOCK},share=on,prealloc=on,mem-path=${path},size=${bytes}`],
    ...['-m', `${Math.floor(bytes / 1024)}k`],
    ...(bootDisk === undefined ? [] : ['-drive', `file=${bootDisk.replaceAll(',', ',,')},format=raw,if=ide`]),
    ...['-name', 'multifd-bench,debug-threads=on'],
    ...['-display', 'none', '-nodefaults', '-no-user-config', '-qmp', 'stdio'],
  ];
}

/** Where the BIOS loads the first sector of the disk. */
export const BOOT_ADDRESS = 0x7c00;
export const DISK_BYTES = 1 << 20;
const SECTOR_BYTES = 512;

/** The guest of `pc`: 16-bit code. */
export function bootSector(): Buffer {
  const { from, to, pageSize } = DIRTIED;
  const dword = (value: number) => [0, 8, 16, 24].map((shift) => (value >> shift) & 0xff);
  // Addresses beyond 64 KiB in real mode: the emulation does not check segment limits.
  const code = [
    0xfa, // cli
    ...[0x31, 0xc0, 0x8e, 0xd8], // ds = 0
    ...[0x66, 0xbf, ...dword(from)], // again: edi = from
    ...[0x67, 0xfe, 0x07], // page: increment byte [edi]
    ...[0x66, 0x81, 0xc7, ...dword(pageSize)], // edi += one page
    ...[0x66, 0x81, 0xff, ...dword(to)], // below to:
    ...[0x72, 0xed], // page
    ...[0xeb, 0xe5], // else: again
  ];
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.set(code);
  sector.writeUInt16BE(0x55aa, SECTOR_BYTES - 2);
  return sector;
}
