// Where a receiver listens: a host and port, or the path of a Unix socket.

/** Where a receiver listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export function addressText(address: Address): string {
  return 'path' in address ? address.path : `${address.host}:${address.port}`;
}
