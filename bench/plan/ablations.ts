// The ablations: what can be taken from a design by an axis, or put in its place, while the design stays the same.
import { place } from '../../src/memory/layout.js';
import type { Variant } from '../../src/sender/variant.js';
import { CELL_DEFAULTS, type Cell, shapeOf } from '../../src/session/cell.js';
import { axes } from './axes.js';
import type { Axis } from './axis.js';

type AblationKey = 'scan' | 'rowBytes' | 'elide';

export interface Ablation {
  readonly key: AblationKey;
  /** As the flag is called, and as comparisons name it. */
  readonly name: string;
  /** The value that the others are compared with, where it was measured. */
  readonly reference: string;
  /** A value as the flag takes it. */
  show(value: unknown): string;
}

export const ABLATIONS: readonly Ablation[] = [
  // What QEMU's patch does: plain loads, and one fence behind them.
  ablation(axes.scan, 'wasm-fence'),
  ablation(axes.rowBytes, CELL_DEFAULTS.rowBytes),
  ablation(axes.elide, CELL_DEFAULTS.elide),
];

function ablation<K extends AblationKey>({ key, flag, show }: Axis<K>, reference: Cell[K]): Ablation {
  const shown = (value: unknown) => String(show(value as Cell[K]));
  return { key, name: flag.slice('--'.length), reference: shown(reference), show: shown };
}

/** The cell with nothing ablated: equal for cells that differ in ablations alone. */
export function withoutAblations(cell: Cell): Cell {
  return { ...cell, scan: undefined, rowBytes: CELL_DEFAULTS.rowBytes, elide: CELL_DEFAULTS.elide };
}

/** The cell with those ablations alone that its design has words for. */
export function withAblationsOf(variant: Variant, cell: Cell): Cell {
  const plain = withoutAblations(cell);
  const searches = Object.values(variant.state(shapeOf(cell)).table).some(({ scan }) => scan === 'asked');
  return {
    ...cell,
    scan: searches ? cell.scan : plain.scan,
    rowBytes: wordsOf(variant, cell) === wordsOf(variant, plain) ? plain.rowBytes : cell.rowBytes,
    elide: hasWaiters(variant, cell) ? cell.elide : plain.elide,
  };
}

/** Where a design's words are, from its first one on. */
function wordsOf(variant: Variant, cell: Cell): string {
  return [...place(variant.state(shapeOf(cell)), 0, cell.rowBytes).entries()].map(({ word }) => word).join(' ');
}

/** False for a design without words that wait by policy and are notified: it awaits messages, or never waits. */
export function hasWaiters(variant: Variant, cell: Cell): boolean {
  return Object.values(variant.state(shapeOf(cell)).table).some(({ kind }) => kind === 'semaphore' || kind === 'event');
}
