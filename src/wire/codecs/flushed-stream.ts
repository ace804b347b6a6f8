// One compression stream for the life of a channel, run synchronously: Node has no public interface for that.
import * as zlib from 'node:zlib';

/** What is used of a zlib stream inside Node: the same in 20 to 26, and tested. */
interface Inside {
  readonly _handle: {
    onerror: (message: string, errno: number, code: string) => void;
    /** Flush, input, its offset and bytes left, output, its offset and room. */
    writeSync(flush: number, ...inputThenOutput: readonly (Uint8Array | number)[]): void;
    close(): void;
  };
  /** After a call: room left in the output, bytes left of the input. */
  readonly _writeState: Uint32Array;
}

interface Zstd {
  createZstdCompress?(options: { params: Record<number, number> }): unknown;
  createZstdDecompress?(): unknown;
}

export type StreamKind = 'deflate' | 'inflate' | 'zstd-compress' | 'zstd-decompress';

/** Whether the running Node has zstd (22.15 and newer). */
export const HAS_ZSTD = (zlib as unknown as Zstd).createZstdCompress !== undefined;

const { Z_NO_FLUSH, Z_SYNC_FLUSH } = zlib.constants;
const ZSTD_CONTINUE = 0;
const ZSTD_FLUSH = 1;
/** Number of the parameter. */
const ZSTD_LEVEL = 100;

/** Input that is read and output that was made by one call, in bytes. */
export interface Progress {
  readonly read: number;
  readonly made: number;
}

export class FlushedStream {
  private readonly inside: Inside;
  private readonly zstd: boolean;
  private failure: string | undefined;

  /** Throws where the running Node has no such stream. The level is QEMU's default. */
  constructor(kind: StreamKind, level = 1) {
    this.zstd = kind.startsWith('zstd');
    this.inside = open(kind, level) as Inside;
    this.inside._handle.onerror = (message, _, code) => {
      this.failure = `${message} (${code})`;
    };
  }

  /** Reads input into output, as far as both reach; `flush` makes all of the input come out, if there is room. */
  run(input: Uint8Array, output: Uint8Array, flush: boolean): Progress {
    const { _handle, _writeState } = this.inside;
    const flag = this.zstd ? (flush ? ZSTD_FLUSH : ZSTD_CONTINUE) : flush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    _handle.writeSync(flag, input, 0, input.length, output, 0, output.length);
    if (this.failure !== undefined) throw new Error(this.failure);
    const [room, left] = _writeState;
    return { read: input.length - left!, made: output.length - room! };
  }

  close(): void {
    this.inside._handle.close();
  }
}

function open(kind: StreamKind, level: number): unknown {
  if (kind === 'deflate') return zlib.createDeflate({ level });
  if (kind === 'inflate') return zlib.createInflate();
  if (!HAS_ZSTD) throw new Error(`codec zstd: Node 22.15 or newer has it, this is ${process.version}`);
  const { createZstdCompress, createZstdDecompress } = zlib as unknown as Required<Zstd>;
  return kind === 'zstd-compress' ? createZstdCompress({ params: { [ZSTD_LEVEL]: level } }) : createZstdDecompress();
}
