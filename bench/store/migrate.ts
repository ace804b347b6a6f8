// Older versions of a result file, brought up to the present one, version by version.

import { badValue, UsageError } from '../base/usage-error.js';
import { SCHEMA } from '../result/document.js';

type Document = Readonly<Record<string, unknown>>;

/** By the version that each starts from. */
const STEPS: Readonly<Record<number, (document: Document) => Document>> = {
  // The first files were written before --keep-awake was there.
  1: ({ run, ...rest }) => ({ ...rest, run: isRecord(run) ? { keepAwake: false, ...run } : run }),
  // Their visits stand in the cells, which is still read: it is what --json prints.
  2: (document) => document,
};

/** The same run in the present version. Throws UsageError for one that is newer, or none. */
export function migrate(document: unknown, file: string): Document {
  if (!isRecord(document)) throw badValue(file, Array.isArray(document) ? 'a list' : String(document), 'a result file');
  const { schema } = document;
  if (schema === undefined) throw new UsageError(`${file}: not a result file: it has no field "schema"`);
  // A comparison with QEMU, or what another command printed.
  if (typeof schema === 'string' && schema.startsWith('multifd-bench/'))
    throw badValue(file, schema, 'a saved run, as `multifd-bench run` saves it below results/MACHINE/YEAR/');
  const takes = `whole numbers from 1 to ${SCHEMA}`;
  if (!Number.isInteger(schema) || (schema as number) < 1) throw badValue(`${file}: schema`, String(schema), takes);
  if ((schema as number) > SCHEMA) {
    throw badValue(`${file}: schema`, String(schema), `${takes}: it was written by a newer multifd-bench`);
  }
  let current: Document = document;
  for (let version = schema as number; version < SCHEMA; version++) {
    current = { ...STEPS[version]!(current), schema: version + 1 };
  }
  return current;
}

function isRecord(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
