// The header that libvirt puts before QEMU's stream in a file of `virsh save`: 92 bytes, little-endian, then XML and a cookie.
import { quoted, WireError } from './wire-error.js';

export const LIBVIRT_HEADER_BYTES = 92;
const MAGIC = 'LibvirtQemudSave';
/** What it is called until the file is whole. */
const UNFINISHED = 'LibvirtQemudPart';
const AT = { version: 16, dataBytes: 20, format: 28 } as const;
const VERSION = 2;
/** By number; raw is a stream, sparse a mapped-ram file. */
const FORMATS = ['raw', 'gzip', 'bzip2', 'xz', 'lzop', 'zstd', 'sparse'] as const;
const READ: readonly string[] = ['raw', 'sparse'];

/** Where QEMU's stream may begin: behind the header and what belongs to it. Undefined for a file without one. Throws WireError. */
export function afterLibvirtHeader(head: Uint8Array, fileBytes: number): number | undefined {
  const magic = Buffer.from(head.subarray(0, MAGIC.length)).toString('latin1');
  if (magic !== MAGIC && magic !== UNFINISHED) return undefined;
  const wrong = (at: number, field: string, accepted: string, got: number | string) =>
    new WireError({ channel: 'libvirt', at }, field, accepted, got);
  if (magic === UNFINISHED) throw wrong(0, 'magic', MAGIC, `${UNFINISHED}: it was not written to its end`);
  if (head.length < LIBVIRT_HEADER_BYTES) throw wrong(0, 'header', `${LIBVIRT_HEADER_BYTES} bytes`, head.length);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getUint32(AT.version, true);
  if (version !== VERSION) throw wrong(AT.version, 'version', `${VERSION}`, version);
  const format = view.getUint32(AT.format, true);
  const name = FORMATS[format];
  if (name === undefined || !READ.includes(name)) {
    throw wrong(AT.format, 'format', READ.join(' or '), name === undefined ? format : quoted(name));
  }
  const end = LIBVIRT_HEADER_BYTES + view.getUint32(AT.dataBytes, true);
  if (end >= fileBytes)
    throw wrong(AT.dataBytes, 'data_len', `less than the file's ${fileBytes} bytes`, end - LIBVIRT_HEADER_BYTES);
  return end;
}
