// What a command that threw ends with: its exit code, and what is said. A stack only where the program itself is wrong.
import { CommanderError } from 'commander';
import { NO_SHARED_MEMORY } from '../../src/memory/shared-memory.js';
import { UsageError } from './usage-error.js';

export interface Failure {
  readonly code: number;
  /** Undefined where the command line's parser has said it already. */
  readonly message: string | undefined;
}

export function failureOf(cause: unknown): Failure {
  if (cause instanceof CommanderError) return { code: cause.exitCode === 0 ? 0 : 2, message: undefined };
  if (cause instanceof UsageError) return { code: 2, message: `multifd-bench: ${cause.message}` };
  if (isOfMachine(cause)) return { code: 1, message: `multifd-bench: ${cause.message}` };
  const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return { code: 1, message: `multifd-bench: ${said}` };
}

/** A disk that is full, a file that may not be read, no memory to share: nothing that a stack would explain. */
function isOfMachine(cause: unknown): cause is Error {
  if (!(cause instanceof Error)) return false;
  return ('syscall' in cause && 'code' in cause) || cause.message.startsWith(NO_SHARED_MEMORY);
}
