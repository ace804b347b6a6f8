// What a user got wrong: which flag or file, what came, what is accepted. Ends the program with exit code 2.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `flag: got "x", takes ...`. */
export function badValue(flag: string, got: string, takes: string): UsageError {
  return new UsageError(`${flag}: got "${got}", takes ${takes}`);
}
