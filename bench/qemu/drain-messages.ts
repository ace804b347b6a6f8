// What the drain process and its parent say to each other.

/** To the drain: what comes over connections made from now on is from this process, and so much of it counts. */
export interface Expect {
  readonly pid: number;
  readonly bytes: number;
}

/** From the drain, once it listens. */
export interface Listening {
  readonly port: number;
}

/** From the drain, once the bytes are there: all of it from the first of them to the last. */
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
