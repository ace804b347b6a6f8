// The initial packet: 64 bytes, the first on each connection, which say which channel it is (QEMU: MultiFDInit_t).
import { hexadecimal, WireError } from './wire-error.js';

export const INITIAL_BYTES = 64;
export const MAGIC = 0x11223344;
export const VERSION = 1;
/** The channel's number is one byte: 0 to 254, as QEMU has at most 255 channels. */
const MOST_CHANNELS = 255;
export const NO_UUID: Uint8Array = new Uint8Array(16);

const UUID = 8;
const ID = 24;

export interface Initial {
  /** 16 bytes; all zero unless the machine has one. */
  readonly uuid: Uint8Array;
  /** Number of the channel. */
  readonly id: number;
}

/** A new initial packet. */
export function fillInitial({ uuid, id }: Initial): Buffer {
  if (uuid.length !== 16) throw new RangeError(`uuid: expected 16 bytes, got ${uuid.length}`);
  if (!(id >= 0 && id < MOST_CHANNELS)) throw new RangeError(`channel id: expected 0 to 254, got ${id}`);
  const bytes = Buffer.alloc(INITIAL_BYTES);
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(VERSION, 4);
  bytes.set(uuid, UUID);
  bytes.writeUInt8(id, ID);
  return bytes;
}

/** Checks the first 64 bytes of a connection. Throws WireError. QEMU accepts id = channels, one past its array. */
export function parseInitial(
  bytes: Uint8Array,
  accepted: { readonly uuid: Uint8Array; readonly channels: number },
): Initial {
  const nowhere = { channel: undefined };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < INITIAL_BYTES) throw new WireError(nowhere, 'stream', `${INITIAL_BYTES} bytes`, bytes.length);
  const magic = view.getUint32(0);
  if (magic !== MAGIC) throw new WireError(nowhere, 'magic', hexadecimal(MAGIC), hexadecimal(magic));
  const version = view.getUint32(4);
  if (version !== VERSION) throw new WireError(nowhere, 'version', `${VERSION}`, version);
  const id = view.getUint8(ID);
  if (id >= accepted.channels) throw new WireError(nowhere, 'id', `less than ${accepted.channels} channels`, id);
  const uuid = Uint8Array.from(bytes.subarray(UUID, UUID + 16));
  if (Buffer.compare(uuid, accepted.uuid) !== 0) {
    throw new WireError({ channel: id }, 'uuid', uuidText(accepted.uuid), uuidText(uuid));
  }
  return { uuid, id };
}

/** The usual form, 8-4-4-4-12 hexadecimal digits. */
export function uuidText(uuid: Uint8Array): string {
  return Buffer.from(uuid)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Reads the usual form, with or without dashes. Throws RangeError. */
export function uuidBytes(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw new RangeError(`uuid: expected 32 hexadecimal digits, got ${text}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
