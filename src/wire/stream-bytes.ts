// The bytes of a main stream's fields.

export function byte(value: number): Buffer {
  return Buffer.of(value);
}

export function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function uint64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}

/** A name after its length. */
export function nameOf(name: string): Buffer {
  const bytes = text(name);
  return Buffer.concat([byte(bytes.length), bytes]);
}

export function text(characters: string): Buffer {
  return Buffer.from(characters);
}
