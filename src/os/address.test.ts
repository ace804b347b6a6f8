// Addresses as text that can be pasted, and the paths that a Unix socket can have.
import { expect, it } from 'vitest';
import { addressText, pathTooLong } from './address.js';

it('puts brackets around IPv6', () => {
  expect(addressText({ host: '::1', port: 41_077 })).toBe('[::1]:41077');
  expect(addressText({ host: '127.0.0.1', port: 1 })).toBe('127.0.0.1:1');
  expect(addressText({ path: '/a/b' })).toBe('/a/b');
});

it('takes paths of up to 107 bytes, not characters', () => {
  expect(pathTooLong('x'.repeat(107))).toBeUndefined();
  expect(pathTooLong('x'.repeat(108))).toBe('too long: 108 bytes, at most 107');
  expect(pathTooLong('ü'.repeat(54))).toBe('too long: 108 bytes, at most 107');
});
