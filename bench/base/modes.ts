// Flags that belong to one mode of a command.
import type { Command } from 'commander';
import { UsageError } from './usage-error.js';

/** Throws UsageError where one of these flags was given and the mode that they belong to was not. */
export function requireMode(command: Command, mode: string, flags: readonly string[]): void {
  if (command.getOptionValue(mode)) return;
  const given = command.options.find(
    (option) => flags.includes(option.long!) && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (given) throw new UsageError(`${given.long}: requires --${mode}`);
}
