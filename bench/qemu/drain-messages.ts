// What the drain process and its parent say to each other.

/** To the drain: connections made from now on are those of this process. */
export interface Expect {
  readonly pid: number;
  /** It is over once so many came. */
  readonly bytes: number;
}

/** To the drain: the sender's threads are in their places. The next byte starts the clock. */
export type Go = 'go';

/** From the drain, once it listens. */
export interface Listening {
  readonly port: number;
}

/** From the drain, once the bytes are there: what came since the clock was started, and what it took. */
export interface Drained {
  readonly bytes: number;
  readonly seconds: number;
  /** Of the sending process and of the drain itself. */
  readonly senderCpuSeconds: number;
  readonly drainCpuSeconds: number;
  readonly reads: number;
}

/** From the drain: why it cannot say. */
export interface NotDrained {
  readonly reason: string;
}
