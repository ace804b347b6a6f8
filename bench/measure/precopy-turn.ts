// A turn of a precopy cell: a receiver of its own, one migration of a dirtied RAM, and both ends compared.
import { type Cell, CellFailure } from '../../src/session/cell.js';
import type { Child } from './child.js';
import { Peer, type PeerPlan } from './peers.js';
import type { Turn } from './turn.js';

/** Rounds over the dirty pages, the last one with the guest stopped. */
const PRECOPY_ROUNDS = 8;

/** Migrates once. Rejects with CellFailure, also when the two ends differ afterwards. */
export async function precopyTurn(client: Child, cell: Cell, plan: PeerPlan): Promise<Turn> {
  const peer = await Peer.start(client, cell, { ...plan, channels: cell.channels });
  try {
    await client.open(cell, peer.name);
    const slice = await client.slice(PRECOPY_ROUNDS);
    const report = await client.close();
    await peer.check(report);
    const [there, here] = [await peer.finish(), await client.digest(plan.ramBytes)];
    if (there !== here) throw new CellFailure('the RAM of the two ends differs after the last round');
    return { slices: [slice], amount: PRECOPY_ROUNDS, report };
  } finally {
    await peer.stop();
  }
}
