// Flags that mean something only with another one, or never with it. A flag that would do nothing is refused.
import type { Command } from 'commander';
import { UsageError } from './usage-error.js';

/** Throws UsageError where one of these flags was given and the mode that they belong to was not. */
export function requireMode(command: Command, mode: string, flags: readonly string[]): void {
  requireFor(command, Boolean(command.getOptionValue(mode)), `--${mode}`, flags);
}

/** The same where more than a flag decides: `needs` says what has to hold. */
export function requireFor(command: Command, holds: boolean, needs: string, flags: readonly string[]): void {
  const given = holds ? undefined : firstGiven(command, flags);
  if (given !== undefined) throw new UsageError(`${given}: requires ${needs}`);
}

/** Throws UsageError where one of these flags was given beside what they do not go with. */
export function refuseBeside(command: Command, holds: boolean, other: string, flags: readonly string[]): void {
  const given = holds ? firstGiven(command, flags) : undefined;
  if (given !== undefined) throw new UsageError(`${given}: not with ${other}`);
}

function firstGiven(command: Command, flags: readonly string[]): string | undefined {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  return command.options.find((option) => flags.includes(option.long!) && isGiven(option.attributeName()))?.long;
}

/** The flag of an option's name in camel case. */
export const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
