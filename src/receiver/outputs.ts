// What is made of the RAM in the end: its digests, a file of it, a file for each block. Nothing appears before all is well.
import { createHash } from 'node:crypto';
import { writeToFullDisk } from '../faults/full-disk.js';
import { OutputDirectory } from '../os/output-directory.js';
import { OutputFile } from '../os/output-file.js';
import { checkDigest } from './announced.js';
import { blockFileName } from './block-file.js';
import { type BlockReport, ReceiverError, type ReceiverPlan, type ReceiverReport } from './plan.js';
import type { Received } from './received.js';

export class Outputs {
  private readonly plan: ReceiverPlan;
  private readonly file: OutputFile | undefined;
  private readonly directory: OutputDirectory | undefined;

  /** Opens them under other names, so that what is not to be had is known at once. */
  constructor(plan: ReceiverPlan) {
    this.plan = plan;
    const write = plan.faults?.some(({ kind }) => kind === 'disk-full') ? writeToFullDisk : undefined;
    const { ramOut, blocksOut, replaces = false } = plan;
    this.file = ramOut === undefined ? undefined : new OutputFile(ramOut, { ...(write && { write }), replaces });
    this.directory = blocksOut === undefined ? undefined : new OutputDirectory(blocksOut, process.pid, write);
  }

  discard(): void {
    this.file?.discard();
    this.directory?.discard();
  }

  /** Throws when pages are missing that must be there, or the system refuses. */
  finish({ ram, marks, announcement, ...received }: Received): ReceiverReport {
    const { whole, digest, pageSize, imageBytes, block: chosen } = this.plan;
    const pagesMissing = marks.missing();
    if (whole && pagesMissing > 0) {
      const pages = ram.blocks.reduce((sum, _, block) => sum + ram.pages(block, pageSize), 0);
      throw new ReceiverError({
        reason: `RAM: ${pagesMissing} of ${pages} pages never came: the two ends are unlike`,
      });
    }
    const blocks = ram.blocks.map(({ name, bytes }, index): BlockReport => {
      this.directory?.write(blockFileName(name, index), ram.piecesOf(index));
      const sha256 = digest && received.main ? { sha256: digestOf(ram.piecesOf(index)) } : {};
      return { name, bytes, pagesMissing: marks.missing(index), ...sha256 };
    });
    const kept = chosen === undefined ? 0 : blocks.findIndex(({ name }) => name === chosen);
    const image = received.main ? ram.piecesOf(kept) : cut(ram.pieces(), imageBytes ?? ram.bytes);
    const sha256 = received.main ? blocks[kept]!.sha256 : digest ? ram.digest(imageBytes) : undefined;
    if (announcement && sha256 !== undefined) checkDigest(announcement, sha256);
    if (this.plan.sha256 !== undefined && sha256 !== this.plan.sha256) this.discard();
    else this.keep(image);
    return {
      ...received,
      pagesMissing,
      ...(received.main ? { blocks } : {}),
      ...(sha256 === undefined ? {} : { sha256 }),
    };
  }

  private keep(image: Iterable<Uint8Array>): void {
    if (this.file) for (const piece of image) this.file.append(piece);
    this.directory?.keep();
    this.file?.keep();
  }
}

function digestOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** The first `bytes` bytes. */
function* cut(pieces: Iterable<Uint8Array>, bytes: number): Generator<Uint8Array> {
  let left = bytes;
  for (const piece of pieces) {
    yield piece.subarray(0, Math.min(piece.length, left));
    left = Math.max(0, left - piece.length);
  }
}
