// What the file of a design imports: `multifd-bench/variant`, from outside the project.
export { hint } from '../memory/hint.js';
export { invariant } from '../memory/invariant.js';
export { type Entry, type Kind, type Layout, layout, type Names, type Table } from '../memory/layout.js';
export type { Lock, LockKind } from '../memory/lock.js';
export type { Scan, ScanKind } from '../memory/scan.js';
export {
  type BatchIndex,
  defineVariant,
  type EventEnd,
  EXIT,
  type Later,
  type OpensProvider,
  type OpensSender,
  type Place,
  type Provider,
  perChannel,
  type RunTask,
  type Sender,
  type SendRequest,
  type Shape,
  SYNC,
  type Variant,
  type Waits,
} from '../sender/variant.js';
export type { AllWords, ChannelWords, Opener, OpenWords, SemaphoreEnd } from '../sender/words.js';
