// What follows the RAM in a main stream: devices, passed over, and QEMU's description of them, which shows that all is there.

/** As QEMU describes what it sent. */
export interface StreamDescription {
  readonly pageSize: number;
  /** How many devices sent their state. */
  readonly devices: number;
}

const END = 0x00;
const DESCRIPTION = 0x06;
/** Type and length, before the text. */
const HEAD_BYTES = 5;
/** QEMU's descriptions have some 100 KB; a longer one than this is not looked for. */
const MOST_BYTES = 8 << 20;

/** Devices have no lengths, so that only the end can be told: byte 0, byte 6, a length, and a text of that length. */
export class StreamTail {
  private readonly pieces: Uint8Array[] = [];
  private bytes = 0;

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.pieces.push(Uint8Array.from(piece));
    this.bytes += piece.length;
    while (this.bytes - this.pieces[0]!.length >= MOST_BYTES) this.bytes -= this.pieces.shift()!.length;
  }

  /** Undefined unless the bytes so far end with a description. */
  description(): StreamDescription | undefined {
    const bytes = Buffer.concat(this.pieces);
    for (let at = bytes.indexOf(DESCRIPTION, 1); at >= 0; at = bytes.indexOf(DESCRIPTION, at + 1)) {
      const text = at + HEAD_BYTES;
      if (bytes[at - 1] !== END || text > bytes.length || bytes.readUInt32BE(at + 1) !== bytes.length - text) continue;
      const description = parse(bytes.toString('utf8', text));
      if (description) return description;
    }
    return undefined;
  }
}

function parse(text: string): StreamDescription | undefined {
  try {
    const { page_size: pageSize, devices } = JSON.parse(text) as { page_size?: unknown; devices?: unknown };
    if (typeof pageSize === 'number' && Array.isArray(devices)) return { pageSize, devices: devices.length };
  } catch {
    // Not the description, whatever it is.
  }
  return undefined;
}
