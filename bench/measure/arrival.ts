// A migration beside its receiver: which end failed first, and an end that does not come.
import type { ChannelCounts, ReceiverReport } from '../../src/receiver/plan.js';
import type { Receiver } from '../../src/receiver/receiver.js';

const LOOK_MS = 100;
/** The other end's reason, where it has one, comes within this, in milliseconds. */
const PATIENCE_MS = 300;
/** What the sending end says when the other has gone. */
const CONNECTION_LOST = /EPIPE|ECONNRESET|ENOTCONN/;

/**
 * Work of the sending end while the receiver lives. Rejects with what failed first, at whichever end; when the receiver has
 * failed, the work has `patienceMs` to say why.
 */
export async function beside<T>(receiver: Receiver, work: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const broken = new Promise<never>((_, reject) => receiver.report.catch(reject));
  try {
    return await Promise.race([work, broken]);
  } catch {
    const reasonOf = (end: Promise<unknown>, withinMs: number): Promise<Error | undefined> =>
      Promise.race([
        end.then(
          () => undefined,
          (cause: Error) => cause,
        ),
        new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), withinMs).unref()),
      ]);
    const [here, there] = await Promise.all([reasonOf(work, patienceMs), reasonOf(receiver.report, PATIENCE_MS)]);
    // The receiver knows channel, packet and field; but when this end fails by itself, it only sees that no more comes.
    throw here && !CONNECTION_LOST.test(here.message) ? here : (there ?? here);
  }
}

/**
 * The receiver's report, after all was sent. Rejects when nothing more comes for `stallMs` and the connections do not end.
 * After their end it may take its time: it makes a digest and writes a file, and answers nobody meanwhile.
 */
export async function arrival(receiver: Receiver, stallMs: number): Promise<ReceiverReport> {
  let over = false;
  const report = receiver.report.finally(() => {
    over = true;
  });
  const stalled = new Promise<never>((_, reject) => {
    const watch = async () => {
      let [seen, looks] = ['', 0];
      while (!over) {
        const channels = await receiver.count().catch(() => []);
        const counts = JSON.stringify(channels);
        looks = counts === seen ? looks + 1 : 0;
        seen = counts;
        if (looks * LOOK_MS >= stallMs && !over) reject(new Error(behind(channels, stallMs)));
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    };
    void watch();
  });
  return Promise.race([report, stalled]);
}

function behind(channels: readonly ChannelCounts[], stallMs: number): string {
  const least = channels.reduce((fewest, each) => (each.syncs < fewest.syncs ? each : fewest), channels[0]!);
  const missing = channels.every(({ syncs }) => syncs === least.syncs)
    ? 'one of its connections'
    : `channel ${least.channel}`;
  return `${missing}: the receiver has taken nothing more of it for ${stallMs} ms, and it has not ended`;
}
