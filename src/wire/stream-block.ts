// A RAM block as a stream names it.

export interface StreamBlock {
  readonly name: string;
  /** Used bytes. */
  readonly bytes: number;
}
