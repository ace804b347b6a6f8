// What a user got wrong: which flag or file, what came, what is accepted. Ends the program with exit code 2.

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `flag: got "x", takes ...`. */
export function badValue(flag: string, got: string, takes: string): UsageError {
  return new UsageError(`${flag}: got "${got}", takes ${takes}`);
}

/** The whole number that a flag got. Throws UsageError outside `least` to `most`. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw badValue(flag, text, `whole numbers from ${least} to ${most}`);
  }
  return value;
}
