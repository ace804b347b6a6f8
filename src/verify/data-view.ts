// DataViews on simulated memory.
import { ELEMENTS } from './elements.js';
import { PLAIN_LOAD, PLAIN_STORE } from './operation.js';
import { BYTE } from './ranges.js';
import { perform } from './recording.js';
import type { SimulatedBuffer } from './views.js';

/** A DataView's accesses go byte by byte: they order nothing, and may tear. */
class SimulatedDataView {
  readonly buffer: SimulatedBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;

  constructor(buffer: SimulatedBuffer, byteOffset = 0, byteLength = buffer.byteLength - byteOffset) {
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > buffer.byteLength)
      throw new RangeError(`Invalid DataView: ${byteLength} bytes from byte ${byteOffset} of ${buffer.byteLength}`);
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
  }

  read(offset: number, bytes: number): number[] {
    return this.bytes(offset, bytes).map((at) => perform(PLAIN_LOAD, at >> 2, 0, 1, 0, BYTE + (at & 3)));
  }

  write(offset: number, values: readonly number[]): void {
    this.bytes(offset, values.length).forEach((at, i) => {
      perform(PLAIN_STORE, at >> 2, values[i]!, 1, 0, BYTE + (at & 3));
    });
  }

  private bytes(offset: number, count: number): number[] {
    if (offset < 0 || offset + count > this.byteLength)
      throw new RangeError('Offset is outside the bounds of the DataView');
    return Array.from({ length: count }, (_, i) => this.byteOffset + offset + i);
  }
}

const realDataView = globalThis.DataView;
/** Converts for the simulated ones. */
const converter = new realDataView(new ArrayBuffer(8)) as unknown as Record<string, (...all: unknown[]) => unknown>;

for (const { name, bytes } of ELEMENTS) {
  if (name === 'Uint8ClampedArray') continue;
  const type = name.replace('Array', '');
  Object.assign(SimulatedDataView.prototype, {
    [`get${type}`](this: SimulatedDataView, offset: number, isLittle?: boolean) {
      this.read(offset, bytes).forEach((value, i) => {
        converter.setUint8!(i, value);
      });
      return converter[`get${type}`]!(0, isLittle);
    },
    [`set${type}`](this: SimulatedDataView, offset: number, value: unknown, isLittle?: boolean) {
      converter[`set${type}`]!(0, value, isLittle);
      this.write(
        offset,
        Array.from({ length: bytes }, (_, i) => converter.getUint8!(i) as number),
      );
    },
  });
}

export function dataViewOf(buffer: SimulatedBuffer, byteOffset?: number, byteLength?: number): object {
  return new SimulatedDataView(buffer, byteOffset, byteLength);
}

export function isSimulatedDataView(value: unknown): boolean {
  return value instanceof SimulatedDataView;
}
