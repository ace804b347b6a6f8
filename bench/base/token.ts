// The shared token of `send` and `receive`: from a file, or from the environment; never from the command line.
import { readFileSync, statSync } from 'node:fs';
import { digestOfToken } from '../../src/wire/token.js';
import { UsageError } from './usage-error.js';

export const TOKEN_VARIABLE = 'MULTIFD_BENCH_TOKEN';
/** Why a token and a QEMU do not go together. */
export const NO_TOKEN = `--token-file, ${TOKEN_VARIABLE}: a QEMU knows no token; it takes --ram-bytes, or --peer receiver`;
const LEAST_BYTES = 16;
const MOST_BYTES = 4096;

/** The token's digest, or undefined where there is none. Throws UsageError, which says nothing of what the token is. */
export function tokenOf(file: string | undefined, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (file !== undefined) return checked(`--token-file: ${file}`, readToken(file));
  const text = environment[TOKEN_VARIABLE];
  return text === undefined ? undefined : checked(TOKEN_VARIABLE, Buffer.from(text));
}

function readToken(file: string): Buffer {
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status?.isFile()) throw new UsageError(`--token-file: ${file} is not a regular file`);
  const mode = status.mode & 0o777;
  if (mode & 0o077) {
    throw new UsageError(
      `--token-file: ${file} has mode ${mode.toString(8).padStart(4, '0')}, takes a file that is its owner's alone: chmod 600`,
    );
  }
  if (status.size > MOST_BYTES + 1) throw new UsageError(`--token-file: ${file} is longer than ${MOST_BYTES} bytes`);
  return readFileSync(file);
}

/** The newline that an editor leaves is not part of it. */
function checked(where: string, bytes: Buffer): string {
  const token = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  if (token.length < LEAST_BYTES || token.length > MOST_BYTES) {
    throw new UsageError(`${where}: got ${token.length} bytes, takes ${LEAST_BYTES} to ${MOST_BYTES}`);
  }
  return digestOfToken(token);
}
