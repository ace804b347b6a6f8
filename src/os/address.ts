// Where a receiver listens: a host and port, or the path of a Unix socket.

/** Where a receiver listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export function addressText(address: Address): string {
  if ('path' in address) return address.path;
  // As it can be pasted: an IPv6 address has colons of its own.
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** The kernel's limit: 108 bytes with the zero at the end. What is longer is cut without a word by some. */
const MOST_PATH_BYTES = 107;

/** Why no Unix socket can have that path; undefined where one can. */
export function pathTooLong(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  return bytes > MOST_PATH_BYTES ? `too long: ${bytes} bytes, at most ${MOST_PATH_BYTES}` : undefined;
}
