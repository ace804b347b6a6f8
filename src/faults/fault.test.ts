// Specifications of faults: what they say, and that what says nothing is none.
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, FAULTS_TAKEN, FaultCounter, parseFaults } from './fault.js';

describe('a specification', () => {
  it.each([
    ['fail@1.3', { kind: 'fail', channel: 1, write: 3 }],
    ['fail@0.sync2', { kind: 'fail', channel: 0, sync: 2 }],
    ['delay=50ms@1.0', { kind: 'delay', channel: 1, write: 0, delayMs: 50 }],
    ['delay=2s@1.0', { kind: 'delay', channel: 1, write: 0, delayMs: 2000 }],
    ['fail=200ms@1.sync0', { kind: 'fail', channel: 1, sync: 0, delayMs: 200 }],
    ['short@1.3', { kind: 'short', channel: 1, write: 3 }],
    ['corrupt@1.3', { kind: 'corrupt', channel: 1, write: 3, byte: 0 }],
    ['corrupt=17@1.3', { kind: 'corrupt', channel: 1, write: 3, byte: 17 }],
    ['kill-sender@1.3', { kind: 'kill-sender', channel: 1, write: 3 }],
    ['stall@0.sync0', { kind: 'stall', channel: 0, sync: 0 }],
    ['refuse@1', { kind: 'refuse', channel: 1 }],
    ['no-descriptors', { kind: 'no-descriptors' }],
    ['disk-full', { kind: 'disk-full' }],
  ])('%s', (text, fault) => {
    expect(parseFaults(text, 2)).toEqual([fault]);
  });

  it('is one of a list', () => {
    expect(parseFaults('fail@1.3, disk-full', 2)).toHaveLength(2);
    expect(parseFaults('fail@1.3,', 2)).toBeUndefined();
  });

  it.each([
    '',
    'fail',
    'fail@1',
    'fail@2.0',
    'fail@1.x',
    'fail@-1.0',
    'fail=3@1.0',
    'short=3ms@1.0',
    'delay@1.0',
    'delay=5@1.0',
    'corrupt=x@1.0',
    'refuse',
    'refuse@1.0',
    'refuse@2',
    'disk-full@1',
    'no-descriptors@1.0',
    'toString@1.0',
    'explode@1.0',
  ])('is not: "%s"', (text) => {
    expect(parseFaults(text, 2)).toBeUndefined();
  });

  it('is told of by kind wherever it is refused', () => {
    for (const kind of Object.keys(FAULT_KINDS)) expect(FAULTS_TAKEN).toContain(kind);
  });
});

it('a fault is met at its write, or at the write of its SYNC', () => {
  const counter = new FaultCounter([
    { channel: 0, write: 2 },
    { channel: 0, sync: 1 },
  ]);
  const met = [false, true, false, false, true, true].map((isSync) => counter.next(isSync));
  expect(met.map((fault) => fault && JSON.stringify(fault))).toEqual([
    ...[undefined, undefined, '{"channel":0,"write":2}', undefined, '{"channel":0,"sync":1}', undefined],
  ]);
});
