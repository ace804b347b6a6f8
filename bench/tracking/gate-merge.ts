// Gates of a plan's shards, each measured beside the other build on a machine of its own, as one.
import { UsageError } from '../base/usage-error.js';
import type { GateRow } from './gate-row.js';
import { exitCodeOf, type GateDocument, type GateReport } from './gate-text.js';

/** With its file's name, for errors. */
export interface GatePart {
  readonly path: string;
  readonly document: GateDocument;
}

export function isGateDocument(document: unknown): document is GateDocument {
  return (document as { kind?: unknown } | null)?.kind === 'gate';
}

/** Throws UsageError, which names the file, for parts that are not of one gate, doubles, and missing shards unless `partial`. */
export function mergeGates(parts: readonly GatePart[], partial: boolean): GateReport {
  const first = parts[0]!;
  for (const { path, document } of parts) {
    if (!document.shard) throw new UsageError(`${path}: shard: not there; it was not made with --shard`);
    for (const [field, of] of [
      ['candidate', ({ candidate }: GateDocument) => candidate],
      ['baseline', ({ baseline }: GateDocument) => baseline],
      ['shard.of', ({ shard }: GateDocument) => String(shard?.of)],
    ] as const) {
      const [got, takes] = [of(document), of(first.document)];
      if (got !== takes) throw new UsageError(`${path}: ${field}: got ${got}, takes ${takes} as in ${first.path}`);
    }
  }
  const ordered = parts.toSorted((x, y) => x.document.shard!.index - y.document.shard!.index);
  const indexes = ordered.map(({ document }) => document.shard!.index);
  const twice = ordered.find((_, at) => at > 0 && indexes[at] === indexes[at - 1]);
  if (twice) throw new UsageError(`merge: ${twice.path}: shard ${twice.document.shard!.index} is there twice`);
  const { of } = first.document.shard!;
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !indexes.includes(index));
  if (missing.length > 0 && !partial)
    throw new UsageError(`merge: shard ${missing.join(', ')} of ${of} missing; --partial joins the others`);
  const documents = ordered.map(({ document }) => document);
  const rows = documents.flatMap(({ cells }) => cells.map(rowOf));
  const inconclusive = missing.length > 0 || documents.some((document) => document.inconclusive === true);
  return {
    ...{ candidate: first.document.candidate, baseline: first.document.baseline, rows },
    machineKey: [...new Set(documents.map(({ machineKey }) => machineKey))].join(', '),
    warnings: [
      ...(missing.length > 0 ? [`shard ${missing.join(', ')} of ${of} missing`] : []),
      ...new Set(documents.flatMap(({ warnings }) => warnings)),
    ],
    ...(inconclusive ? { inconclusive } : {}),
    exitCode: exitCodeOf(rows, inconclusive),
  };
}

function rowOf({ ratio, baseline, ...row }: GateDocument['cells'][number]): GateRow {
  return { ...row, ratio: ratio ?? undefined, baseline: baseline ?? undefined };
}
