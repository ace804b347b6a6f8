import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillInitial, INITIAL_BYTES, NO_UUID, parseInitial, uuidBytes, uuidText } from './initial-packet.js';
import { WireError } from './wire-error.js';

fc.configureGlobal({ seed: 1 });

const uuid = uuidBytes('00112233-4455-6677-8899-aabbccddeeff');

describe('initial packet', () => {
  it('has the places of QEMU', () => {
    const bytes = fillInitial({ uuid, id: 7 });
    expect(bytes.toString('hex')).toBe(`1122334400000001${uuidText(uuid).replaceAll('-', '')}07${'00'.repeat(39)}`);
  });

  it('comes back as it was filled', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(254), (each, id) => {
        const parsed = parseInitial(fillInitial({ uuid: each, id }), { uuid: each, channels: id + 1 });
        expect(parsed).toEqual({ uuid: each, id });
      }),
    );
  });

  it('is refused, or names a channel of the run, after any change and any cut', () => {
    const at = fc.nat(INITIAL_BYTES - 1);
    fc.assert(
      fc.property(at, fc.nat(255), fc.nat(INITIAL_BYTES), (place, value, length) => {
        const bytes = fillInitial({ uuid, id: 2 });
        bytes[place] = value;
        try {
          const { id } = parseInitial(bytes.subarray(0, length), { uuid, channels: 8 });
          expect(length).toBe(INITIAL_BYTES);
          expect(id).toBe(place === 24 ? value : 2);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });

  it.each<[string, Buffer]>([
    [
      'new connection, initial packet, magic: expected 0x11223344, got 0x5145564d',
      Buffer.from('QEVM'.padEnd(64, '\0')),
    ],
    ['new connection, initial packet, id: expected less than 8 channels, got 8', fillInitial({ uuid: NO_UUID, id: 8 })],
    [
      'channel 1, initial packet, uuid: expected 00000000-0000-0000-0000-000000000000, got 00112233-4455-6677-8899-aabbccddeeff',
      fillInitial({ uuid, id: 1 }),
    ],
    ['new connection, initial packet, stream: expected 64 bytes, got 63', Buffer.alloc(63)],
  ])('%s', (message, bytes) => {
    expect(() => parseInitial(bytes, { uuid: NO_UUID, channels: 8 })).toThrow(message);
  });
});
