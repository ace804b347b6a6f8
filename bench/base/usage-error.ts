// What a user got wrong: which flag or file, what came, what is accepted. Ends the program with exit code 2.
import { randomBytes } from 'node:crypto';
import { didYouMean } from './did-you-mean.js';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `flag: got "x", takes ...`, and the near one where those are names; `known`: names that `takes` does not list. */
export function badValue(
  flag: string,
  got: string | undefined,
  takes: string,
  known: readonly string[] = [],
): UsageError {
  // A list of names: no sentence, no range.
  const names = takes.split(/,\s*(?:or\s+)?/).filter((name) => /^[a-zA-Z][\w-]*$/.test(name));
  if (got === undefined) return new UsageError(`${flag}: got nothing, takes ${takes}`);
  return new UsageError(`${flag}: got "${got}", takes ${takes}${didYouMean(got, [...names, ...known])}`);
}

/** Why a file that a flag names could not be read. */
export function unreadable(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'a folder, takes a file';
  return code === 'ENOENT' ? 'no such file' : message;
}

/** The whole number that a flag got. Throws UsageError outside `least` to `most`. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw badValue(flag, text, `whole numbers from ${least} to ${most}`);
  }
  return value;
}

/** What `--seed` got, else a random one. Throws UsageError beyond `most`. */
export function seedOf(text: string | undefined, most = 2 ** 32 - 1): number {
  return text === undefined ? randomBytes(2).readUInt16LE() : wholeNumber('--seed', text, 0, most);
}
