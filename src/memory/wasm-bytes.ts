// Bytes of WebAssembly modules that are written by hand: sections, lists, names, numbers.

/** What is used of WebAssembly, whose types come only with a browser's. */
interface WebAssemblyScope {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyScope }).WebAssembly;

export function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id, ...sized(list(items))];
}

export function list(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

export function sized(bytes: readonly number[]): number[] {
  return [...leb(bytes.length), ...bytes];
}

export function text(name: string): number[] {
  return sized([...new TextEncoder().encode(name)]);
}

/** An unsigned number in LEB128: seven bits a byte, the lowest first. */
export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
