// Both ends of a design on event loops, opened for a run; what they hold, hand over and sync is shown to the monitor.
import { EXIT, type Provider, type Sender, type SendRequest } from '../../sender/variant.js';
import { listenTo } from '../port.js';
import { checkpoint } from '../recording.js';
import type { Run } from './run.js';

/** At once where the value is there, as who awaits only what it has to does. */
function then<V, R>(value: V | Promise<V>, use: (value: V) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** Resolves once so many jobs are written; with false if the run ends before. */
export function writtenLater(run: Run, jobs: number): Promise<boolean> {
  let left = jobs;
  return new Promise((resolve) => {
    if (left === 0) resolve(true);
    else listenTo(run.writes, () => --left === 0 && resolve(true));
    run.place.onExit(() => resolve(false));
  });
}

export function openLaterProvider(run: Run): Provider<'event-loop'> {
  const { variant } = run.design;
  if (variant.provider.waits !== 'event-loop') throw new Error('not modelled');
  const provider = variant.provider.open(run.place, 0);
  let [handed, syncs, held] = [0, 0, 0];
  run.hold(0);
  const remember = (what: string): void => {
    if (provider.digest) checkpoint(`${what} ${held} ${handed} ${syncs} ${provider.digest()}`);
  };
  const told = (goesOn: boolean): boolean => {
    if (!goesOn) run.leave();
    return goesOn;
  };
  return {
    sendPages: (full) => {
      remember('job');
      run.release();
      return then(provider.sendPages(full), (empty) => {
        if (empty === EXIT) run.leave();
        else run.hold(empty);
        held = empty;
        handed++;
        return empty;
      });
    },
    flush: () => provider.flush?.(),
    signalSync: () => {
      remember('sync');
      run.show('owed', handed);
      run.show('syncs', ++syncs);
      run.show('syncing', 1);
      return then(provider.signalSync(), told);
    },
    collectSync: () => {
      remember('collect');
      return then(provider.collectSync(), (goesOn) => {
        if (told(goesOn)) run.show('syncing', 0);
        return goesOn;
      });
    },
  };
}

/** `digest`: what the framework remembers of the channel. */
export function openLaterSender(run: Run, channel: number, digest: () => string): Sender<'event-loop'> {
  const { sender } = run.design.variant;
  if (sender.waits !== 'event-loop') throw new Error('not modelled');
  const opened = sender.open(run.place, channel);
  return {
    next: () => {
      if (opened.digest) checkpoint(`${digest()} ${opened.digest()}`);
      return then(opened.next(), (request: SendRequest) => {
        if (request === EXIT) run.leave();
        else if (request >= 0) run.hold(request);
        return request;
      });
    },
    complete: (request) => {
      run.release();
      opened.complete(request);
    },
  };
}
