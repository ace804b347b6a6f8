// What `send` says in the bytes of the initial packet that QEMU reserves: what both ends must agree on. Who says it wants an answer.
import { INITIAL_BYTES, VERSION } from './initial-packet.js';
import { type CodecName, FLAGS_OF_CODECS, type Geometry, getUint64, setUint64 } from './packet.js';

/** QEMU writes zeros here, and reads none of it. */
const AT = { version: 25, pageBits: 26, lastPage: 27, channels: 29, codec: 30, bytes: 32, digest: 40 } as const;
/** Grows when a byte changes its meaning. */
export const ANNOUNCEMENT_VERSION = 1;
/** As many bytes of a SHA-256 as there is room for. */
const DIGEST_BYTES = INITIAL_BYTES - AT.digest;
export const DIGEST_DIGITS = 2 * DIGEST_BYTES;

export interface Announcement extends Geometry {
  readonly channels: number;
  readonly codec: CodecName;
  /** Of the RAM: the image's, which may end inside a page. */
  readonly bytes: number;
  /** The first `DIGEST_DIGITS` hexadecimal digits of the RAM's SHA-256. */
  readonly digest: string;
}

/** Into an initial packet. `sha256`: of the RAM. */
export function fillAnnouncement(initial: Buffer, what: Omit<Announcement, 'digest'>, sha256: string): void {
  const view = new DataView(initial.buffer, initial.byteOffset, initial.length);
  initial.writeUInt8(ANNOUNCEMENT_VERSION, AT.version);
  initial.writeUInt8(Math.log2(what.pageSize), AT.pageBits);
  initial.writeUInt16BE(what.pagesPerPacket - 1, AT.lastPage);
  initial.writeUInt8(what.channels, AT.channels);
  initial.writeUInt8(FLAGS_OF_CODECS[what.codec], AT.codec);
  setUint64(view, AT.bytes, what.bytes);
  initial.set(Buffer.from(sha256, 'hex').subarray(0, DIGEST_BYTES), AT.digest);
}

/** Undefined where none is made: by a QEMU, an older version of this program, or what is no initial packet. */
export function readAnnouncement(initial: Buffer): Announcement | undefined {
  if (initial.readUInt32BE(4) !== VERSION || initial.readUInt8(AT.version) !== ANNOUNCEMENT_VERSION) return undefined;
  const flags = initial.readUInt8(AT.codec);
  const codec = (Object.keys(FLAGS_OF_CODECS) as CodecName[]).find((name) => FLAGS_OF_CODECS[name] === flags);
  return codec === undefined
    ? undefined
    : {
        pageSize: 2 ** initial.readUInt8(AT.pageBits),
        pagesPerPacket: initial.readUInt16BE(AT.lastPage) + 1,
        channels: initial.readUInt8(AT.channels),
        codec,
        bytes: getUint64(new DataView(initial.buffer, initial.byteOffset, initial.length), AT.bytes),
        digest: initial.toString('hex', AT.digest),
      };
}
