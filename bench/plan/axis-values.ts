// Values of axes that are no plain numbers or names: from text and back.
import type { Dose, Wait } from '../../src/session/cell.js';
import { parseNanoseconds, showNanoseconds } from '../base/quantities.js';

const LONGEST_SPIN_NS = 10e9;
const LONGEST_HOLD_NS = 1e9;
const LARGEST_DOSE = 1000;
/** A primitive's two words, and nothing between them and the next one's. */
export const PACKED_BYTES = 8;

export function parseWait(item: string): Wait[] | undefined {
  if (item === 'park' || item === 'adaptive') return [item];
  const spinNs = item.startsWith('spin:') ? parseNanoseconds(item.slice('spin:'.length)) : undefined;
  return spinNs !== undefined && spinNs > 0 && spinNs <= LONGEST_SPIN_NS ? [{ spinNs }] : undefined;
}

export function parseDose(item: string): Dose[] | undefined {
  const match = /^(lock|mutex|notify|hold)=(.+)$/.exec(item);
  if (!match) return undefined;
  const [, kind, text] = match as unknown as [string, Dose['kind'], string];
  if (kind === 'hold') {
    const holdNs = text === '0' ? 0 : parseNanoseconds(text);
    return holdNs !== undefined && holdNs <= LONGEST_HOLD_NS ? [{ kind, amount: holdNs }] : undefined;
  }
  return /^\d+$/.test(text) && Number(text) <= LARGEST_DOSE ? [{ kind, amount: Number(text) }] : undefined;
}

export function showLoad(load: number | undefined): string {
  return load === undefined ? 'closed' : `${Number((load * 100).toPrecision(6))}%`;
}

export function showRowBytes(bytes: number): string | number {
  return bytes === PACKED_BYTES ? 'packed' : bytes;
}

export function showDose({ kind, amount }: Dose): string {
  return `${kind}=${kind === 'hold' && amount > 0 ? showNanoseconds(amount) : amount}`;
}

export function showWait(wait: Wait): string {
  return typeof wait === 'string' ? wait : `spin:${showNanoseconds(wait.spinNs)}`;
}
