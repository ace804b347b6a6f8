// What `tune --peer` and the end that it measures against say to each other: a line of JSON each, over one connection.
import type { Socket } from 'node:net';

/** Grows when a message changes its meaning. */
export const LINK_VERSION = 1;
/** A line is never longer; who sends more is no peer of ours. */
const MOST_LINE_BYTES = 1 << 14;

/** One transfer: so many bytes of RAM over so many connections to the same address. */
export interface Trial {
  readonly channels: number;
  readonly bytes: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
}

/** What the receiver's clock says of it. */
export interface TrialReport {
  /** From the first byte of a packet to the last SYNC of all channels. */
  readonly transferMs: number;
  /** On all connections, headers included. */
  readonly bytes: number;
}

export type ToMeasuring =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'trial'; readonly trial: Trial };

export type FromMeasuring =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'ping' }
  /** The connections of the trial may come. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly report: TrialReport }
  | { readonly kind: 'failed'; readonly reason: string };

export function sayLine(socket: Socket, message: ToMeasuring | FromMeasuring): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back with each line; with an error, once, for what is no line of JSON. */
export function hearLines<T>(socket: Socket, hear: (message: T) => void, broken: (reason: string) => void): void {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      try {
        hear(JSON.parse(line) as T);
      } catch {
        broken('expected a line of JSON');
      }
    }
    if (text.length > MOST_LINE_BYTES) broken(`expected lines of at most ${MOST_LINE_BYTES} bytes`);
  });
}
