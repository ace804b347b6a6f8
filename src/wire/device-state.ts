// The packet of a device's state: a header of its own, 276 bytes, then its bytes (QEMU: MultiFDPacketDeviceState_t).
import { MAGIC, VERSION } from './initial-packet.js';
import { FLAG_DEVICE_STATE, MOST_DATA_BYTES, type Packet } from './packet.js';
import { hexadecimal, type WireError } from './wire-error.js';

/** Magic, version and flags: what a packet must have before its kind is known. */
export const PREFIX_BYTES = 12;
const NAME_BYTES = 256;
const AT = {
  magic: 0,
  version: 4,
  flags: 8,
  name: 12,
  instance: 12 + NAME_BYTES,
  nextPacketSize: 16 + NAME_BYTES,
} as const;
export const STATE_HEADER_BYTES = AT.nextPacketSize + 4;

/** Whether the packet that begins with these bytes is one of a device's state. */
export function isState(prefix: Uint8Array): boolean {
  return (new DataView(prefix.buffer, prefix.byteOffset).getUint32(AT.flags) & FLAG_DEVICE_STATE) !== 0;
}

/** Fills the header of one chunk after the other into the same bytes. It has no packet number: QEMU gives it none. */
export class StateHeader {
  readonly bytes = Buffer.alloc(STATE_HEADER_BYTES);

  constructor() {
    this.bytes.writeUInt32BE(MAGIC, AT.magic);
    this.bytes.writeUInt32BE(VERSION, AT.version);
    this.bytes.writeUInt32BE(FLAG_DEVICE_STATE, AT.flags);
  }

  /** `device`: which of the devices, from 1. */
  fill(device: number, bytes: number): void {
    this.bytes.fill(0, AT.name, AT.instance);
    this.bytes.write(`device${device}`, AT.name, 'utf8');
    this.bytes.writeUInt32BE(device, AT.instance);
    this.bytes.writeUInt32BE(bytes, AT.nextPacketSize);
  }
}

/** Fills `packet` from such a header. Throws what `wrong` makes of a field. */
export function parseState(
  header: Uint8Array,
  packet: Packet,
  wrong: (field: string, accepted: string, got: number | string) => WireError,
): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const flags = view.getUint32(AT.flags);
  if (flags !== FLAG_DEVICE_STATE)
    throw wrong('flags', `device state alone, ${hexadecimal(FLAG_DEVICE_STATE)}`, hexadecimal(flags));
  const bytes = view.getUint32(AT.nextPacketSize);
  if (bytes === 0 || bytes > MOST_DATA_BYTES) throw wrong('next_packet_size', `1 to ${MOST_DATA_BYTES}`, bytes);
  packet.flags = flags;
  packet.pagesAllocated = 0;
  packet.normalPages = 0;
  packet.zeroPages = 0;
  packet.nextPacketSize = bytes;
}
