// What a thread asks memory to do.

/** What a thread asks memory to do: an operation before anything is known of it. */
export interface Call {
  readonly kind: number;
  readonly word: number;
  /** Which bytes of the word; the whole word without. */
  readonly range?: number;
  readonly a: number;
  readonly b: number;
  readonly modifier: number;
}
