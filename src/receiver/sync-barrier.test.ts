import { expect, it } from 'vitest';
import { SyncBarrier } from './sync-barrier.js';

it('lets all channels go on when the last has come, epoch after epoch', () => {
  const barrier = new SyncBarrier(3);
  for (let epoch = 0; epoch < 3; epoch++) {
    expect(barrier.reach(2)).toEqual([]);
    expect(barrier.reach(0)).toEqual([]);
    expect(barrier.reach(1)).toEqual([2, 0, 1]);
  }
});

it('says whom the others would wait for in vain, whether it ended before or after they came', () => {
  const missing = 'channel 1: expected SYNC 2, for which channel 0 waits, got the end of the stream';
  const before = new SyncBarrier(2);
  before.reach(0);
  before.reach(1);
  before.end(1);
  expect(() => before.reach(0)).toThrow(missing);
  const after = new SyncBarrier(2);
  after.reach(0);
  after.reach(1);
  after.reach(0);
  expect(() => after.end(1)).toThrow(missing);
});

it('counts only channels that take part, from a moment when none waits', () => {
  const barrier = new SyncBarrier(3);
  barrier.setParticipants(2);
  barrier.end(2);
  expect(barrier.reach(1)).toEqual([]);
  expect(() => barrier.setParticipants(3)).toThrow('channels 1 wait at a SYNC');
  expect(() => barrier.reach(2)).toThrow('channel 2: expected SYNCs on the first 2 channels only, got one');
});

it('holds channels until the main stream is there, and the main stream until they are', () => {
  const barrier = new SyncBarrier(2, true);
  expect([barrier.reach(0), barrier.reach(1)]).toEqual([[], []]);
  expect(barrier.reach('main')).toEqual([0, 1, 'main']);
  expect([barrier.reach('main'), barrier.reach(1)]).toEqual([[], []]);
  expect(barrier.reach(0)).toEqual(['main', 1, 0]);
  barrier.reach(1);
  expect(() => barrier.end('main')).toThrow(
    'the main stream: expected SYNC 3, for which channel 1 waits, got the end of the stream',
  );
});
