// Several requesters: the first asks for each sync, for all of them, while the others are held.
import type { Provider } from '../sender/variant.js';
import type { Control } from './control.js';

/** A requester's provider: what it does is its own, but for the syncs. `jobs`: how many it has handed over. */
export function amongRequesters(provider: Provider, control: Control, requester: number, jobs: () => number): Provider {
  let syncs = 0;
  const own = {
    sendPages: (full: number) => provider.sendPages(full),
    flush: () => provider.flush?.(),
  };
  if (requester > 0) {
    return {
      ...own,
      signalSync: () => true,
      collectSync: () => control.holdForSync(++syncs, requester, jobs()),
    };
  }
  return {
    ...own,
    signalSync: () => control.awaitHeld(++syncs) && provider.signalSync(),
    collectSync() {
      if (!provider.collectSync()) return false;
      control.endHold(syncs);
      return true;
    },
  };
}
