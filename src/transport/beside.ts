// What goes beside the channels of a transfer: a main stream to a QEMU, or the rest of a file that one loads.

export interface Beside {
  /** Before the RAM; the channels have written their first SYNC. */
  start(): void;
  /** True when it takes care of the page, which no channel then carries. */
  takes(block: number, page: number): boolean;
  /** The end of a round over the RAM. */
  endRound(): void;
  /** The end of the RAM, and what follows it. */
  end(): void;
}
