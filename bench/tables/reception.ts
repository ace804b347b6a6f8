// What a receiver got, for people: its source, its blocks, its channels.
import type { MainCounts, ReceiverReport } from '../../src/receiver/plan.js';
import type { SnapshotReport } from '../../src/receiver/snapshot.js';
import { named } from '../../src/wire/wire-error.js';
import { counted } from '../base/quantities.js';
import { columnsOf } from '../terminal/width.js';
import { wrap } from '../terminal/wrap.js';

/** Lines of text. */
export function showReception({ channels, main, blocks = [], rounds, durationMs, sha256 }: ReceiverReport): string {
  const lines: string[] = [];
  if (main) {
    lines.push(`from ${sourceName(main)}, machine ${named([main.machine])}`);
    for (const { name, bytes, pagesMissing } of blocks) {
      const missing = pagesMissing > 0 ? `, ${pagesMissing} pages never came and are zero` : '';
      lines.push(`block ${named([name])}: ${bytes} bytes${missing}`);
    }
    lines.push(
      `main stream: ${main.pages} pages, ${main.zeroPages} zero pages, ${main.syncs} SYNC, ${main.bytes} bytes, ` +
        `${main.devices} devices passed over`,
    );
  }
  for (const { channel, pages, zeroPages, packets, syncs, bytes } of channels) {
    lines.push(
      `channel ${channel}: ${pages} pages, ${zeroPages} zero pages, ${packets} packets, ${syncs} SYNC, ${bytes} bytes`,
    );
  }
  if (main) lines.push(`${counted(rounds, 'round')} in which pages came`);
  lines.push(`in ${(durationMs / 1000).toFixed(2)} s`, `SHA-256 ${sha256}`);
  return textOf(lines);
}

/** Lines of text, of a file. */
export function showSnapshot({ format, libvirt, main, blocks = [], durationMs, sha256 }: SnapshotReport): string {
  const { machine, pages, zeroPages, devices } = main!;
  const lines = [
    `${format === 'stream' ? "QEMU's stream" : 'mapped-ram'}${libvirt ? " behind libvirt's header" : ''}, machine ${named([machine])}`,
    ...blocks.flatMap(({ name, bytes, sha256 }) => [`block ${named([name])}: ${bytes} bytes`, `  SHA-256 ${sha256}`]),
    `${pages} pages, ${zeroPages} zero pages, ${devices} devices passed over`,
    `in ${(durationMs / 1000).toFixed(2)} s`,
    `SHA-256 ${sha256}`,
  ];
  return textOf(lines);
}

function textOf(lines: readonly string[]): string {
  return `${lines.map((line) => wrap(line, columnsOf(process.stdout), 2)).join('\n')}\n`;
}

/** The version, as far as a stream shows it. */
function sourceName({ syncPlace, switchover }: MainCounts): string {
  if (syncPlace === 'section-end') return 'a QEMU before 8.1, or one that flushes after each section as those do';
  return switchover ? 'QEMU 10.0 or newer' : 'QEMU 8.1 to 9.2';
}
