// A worker thread that model-checks one subject, a design or the primitives, and reports.
import { parentPort, workerData } from 'node:worker_threads';
import type { Variant } from '../../src/sender/variant.js';
import type { VariantSource } from '../../src/session/messages.js';
import { type Checked, checkDesign } from '../../src/verify/designs/index.js';
import { checkPrimitives, inTask, type Part, type Survivor, type VerifyOptions } from '../../src/verify/index.js';
import { pulse } from '../../src/verify/pulse.js';

export interface VerifyStart {
  /** Absent: the primitives. */
  readonly variant?: VariantSource;
  readonly bounds: { readonly channels: number; readonly jobs: number };
  readonly search: VerifyOptions;
  readonly mutates: boolean;
  readonly survivors: readonly Survivor[];
  /** Schedules drawn of each scenario that is too large to be searched; absent: as many as the checker sees fit. */
  readonly drawn?: number | undefined;
  /** Which of a design's mutants; absent: all. */
  readonly part?: Part | undefined;
}

export type FromVerifyThread =
  | { readonly kind: 'begun'; readonly pulse: Int32Array }
  | { readonly kind: 'progress'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: 'checked'; readonly checked: Checked };

const { variant: source, bounds, search, mutates, survivors, drawn: schedules, part } = workerData as VerifyStart;
const post = (message: FromVerifyThread) => parentPort!.postMessage(message);
const onProgress = (what: string, done: number, total: number) => post({ kind: 'progress', what, done, total });

post({ kind: 'begun', pulse });
if (source) {
  const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  const checked = await inTask(() =>
    checkDesign(variant, bounds, { search, schedules, mutates, survivors, part, onProgress }),
  );
  post({ kind: 'checked', checked });
} else {
  const checked = await inTask(() => checkPrimitives({ search, mutates, onProgress }));
  post({ kind: 'checked', checked });
}
