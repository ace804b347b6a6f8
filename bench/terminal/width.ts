// The width of a terminal.

const DEFAULT_COLUMNS = 80;

/** Characters a line: the terminal's, or where there is none what COLUMNS says, or 80. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns ?? (Number(process.env.COLUMNS) || DEFAULT_COLUMNS);
}
