// What a migration is set to, as QEMU's parameters, and what QEMU reports of one.
import { UsageError } from '../base/usage-error.js';
import { isSince, type QemuBinary } from './binary.js';

export interface MigrationSettings {
  readonly channels: number;
  /** Default none. */
  readonly compression?: 'none' | 'zlib' | 'zstd';
  /** Who looks for zero pages; QEMU before 9.0 has no choice: legacy, its migration thread. Default QEMU's own. */
  readonly zeroPages?: 'none' | 'legacy' | 'multifd';
  /** Default: far more than any network takes. */
  readonly bytesPerSecond?: number;
  /** A guest is stopped for the last round when what is left takes less than this; QEMU's default is 300. */
  readonly downtimeMs?: number;
  /** Into a file, around the kernel's cache. */
  readonly directIo?: boolean;
}

const UNLIMITED = 1e11;

/** Throws UsageError for what this version cannot do. */
export function migrationParameters(
  binary: QemuBinary,
  { channels, compression, zeroPages, bytesPerSecond, downtimeMs, directIo }: Partial<MigrationSettings>,
): Record<string, unknown> {
  const chooses = isSince(binary, 9, 0);
  if (!chooses && zeroPages !== undefined && zeroPages !== 'legacy') {
    throw new UsageError(
      `QEMU ${binary.version} always looks for zero pages in its migration thread, got ${zeroPages}`,
    );
  }
  return {
    ...(channels === undefined ? {} : { 'multifd-channels': channels, 'max-bandwidth': UNLIMITED }),
    ...(bytesPerSecond === undefined ? {} : { 'max-bandwidth': bytesPerSecond }),
    ...(compression === undefined ? {} : { 'multifd-compression': compression }),
    ...(directIo === undefined ? {} : { 'direct-io': directIo }),
    ...(downtimeMs === undefined ? {} : { 'downtime-limit': downtimeMs }),
    ...(chooses && zeroPages !== undefined ? { 'zero-page-detection': zeroPages } : {}),
  };
}

export interface MigrationInfo {
  /** `none` before one began; completed, failed and cancelled are its ends. */
  readonly status: string;
  readonly error?: string;
  readonly totalMs?: number;
  /** Passes over the RAM: QEMU counts the first. */
  readonly rounds?: number;
  readonly normalPages?: number;
  readonly zeroPages?: number;
  /** Of all connections, headers included. QEMU 7.2 counts packed pages as if they were not packed. */
  readonly bytes?: number;
}

/** From the answer to `query-migrate`. */
export function migrationInfo(answer: unknown): MigrationInfo {
  const {
    status = 'none',
    ram,
    ...rest
  } = answer as Record<string, unknown> & {
    readonly status?: string;
    readonly ram?: Readonly<Record<string, number>>;
  };
  return {
    status,
    ...(rest['error-desc'] === undefined ? {} : { error: String(rest['error-desc']) }),
    ...(rest['total-time'] === undefined ? {} : { totalMs: Number(rest['total-time']) }),
    ...(ram === undefined
      ? {}
      : {
          rounds: ram['dirty-sync-count']!,
          normalPages: ram.normal!,
          zeroPages: ram.duplicate!,
          bytes: ram.transferred!,
        }),
  };
}
