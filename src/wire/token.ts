// The token: what our own sender shows on each connection before anything else, where the receiver asks for one.
import { createHash, timingSafeEqual } from 'node:crypto';

/** "MFDT". */
const MAGIC = Buffer.of(0x4d, 0x46, 0x44, 0x54);
const DIGEST_BYTES = 32;
/** Magic, and the digest of the token: the token itself is not sent. */
export const TOKEN_BYTES = MAGIC.length + DIGEST_BYTES;

/** What both ends keep of a token: 64 hexadecimal digits. */
export function digestOfToken(token: Uint8Array): string {
  return createHash('sha256').update('multifd-bench token\0').update(token).digest('hex');
}

export function fillToken(digest: string): Buffer {
  return Buffer.concat([MAGIC, Buffer.from(digest, 'hex')]);
}

/** Whether these `TOKEN_BYTES` bytes are the token's; how long that takes says nothing about them. */
export function isToken(bytes: Uint8Array, digest: string): boolean {
  return timingSafeEqual(bytes, fillToken(digest));
}
