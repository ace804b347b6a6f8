// A receiver of whole transfers: when it reads, and pages from real sender threads, plain and packed.
import { describe, expect, it } from 'vitest';
import { useReceivers } from './fixtures/receivers.js';
import { testPacked, testTransfers } from './fixtures/transfers.js';

const { start, connectHand } = useReceivers();

describe('a receiver that reads all of its connections', () => {
  it('says so when the last was made, and not before', async () => {
    const receiver = await start('tcp');
    let reads = false;
    const reading = receiver.untilReading().then(() => {
      reads = true;
    });
    connectHand(receiver.address, 1);
    while ((await receiver.count()).length === 0);
    expect(reads).toBe(false);
    connectHand(receiver.address, 0);
    await reading;
    expect((await receiver.count()).map(({ channel }) => channel)).toEqual([0, 1]);
  });

  it('says why it does not', async () => {
    const receiver = await start('tcp', { connectMs: 100 });
    connectHand(receiver.address, 1);
    await expect(receiver.untilReading()).rejects.toThrow('channel 0: expected a connection within 100 ms');
  });
});

testTransfers([
  ['tcp', 'adjacent'],
  ['unix', 'pairs'],
]);
testPacked(['zlib']);
