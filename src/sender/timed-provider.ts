// Timed providers: a design's provider whose hand-overs are paced and timed, and the place that tells when it waited.
import type { MessagePort } from 'node:worker_threads';
import { now } from '../os/clock.js';
import type { HandOffClock, Moments } from './hand-off-clock.js';
import { EXIT, type Place, type Provider, type Waits } from './variant.js';

const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * Times a provider that blocks. Until a hand-over is due it publishes what is late and looks at the clock, or sleeps where
 * its CPU is needed by senders; sleeping late counts as latency, as all that keeps a hand-over from its intended start does.
 */
export function timeProvider(provider: Provider, clock: HandOffClock, sleeps: boolean): Provider {
  return {
    sendPages(full) {
      if (clock.dueNs > now()) provider.flush?.();
      for (let leftNs = clock.dueNs - now(); leftNs > 0; leftNs = clock.dueNs - now()) {
        if (sleeps) Atomics.wait(asleep, 0, 0, leftNs / 1e6);
      }
      clock.call();
      const empty = provider.sendPages(full);
      if (empty !== EXIT) clock.returned(full, empty);
      return empty;
    },
    flush: () => provider.flush?.(),
    signalSync: () => provider.signalSync(),
    collectSync: () => provider.collectSync(),
  };
}

/** Times a provider on an event loop, which turns until a hand-over is due. */
export function timeLaterProvider(provider: Provider<'event-loop'>, clock: HandOffClock): Provider<'event-loop'> {
  return {
    async sendPages(full) {
      if (clock.dueNs > now()) provider.flush?.();
      while (clock.dueNs > now()) await new Promise((resolve) => setImmediate(resolve));
      clock.call();
      const later = provider.sendPages(full);
      const empty = typeof later === 'number' ? later : await later;
      if (empty !== EXIT) clock.returned(full, empty);
      return empty;
    },
    flush: () => provider.flush?.(),
    signalSync: () => provider.signalSync(),
    collectSync: () => provider.collectSync(),
  };
}

/** The same place, with primitives and ports that note when a wait ended and when a post began, for one who `waits` so. */
export function timedPlace(place: Place, moments: Moments, waits: Waits): Place {
  const timed: Pick<Place, 'semaphore' | 'event' | 'port'> = {
    semaphore(name, index) {
      const semaphore = place.semaphore(name, index);
      return {
        post() {
          moments.posted = now();
          semaphore.post();
        },
        wait() {
          const got = semaphore.wait();
          moments.waited = now();
          return got;
        },
      };
    },
    event(name, index) {
      const event = place.event(name, index);
      return {
        wake() {
          moments.posted = now();
          event.wake();
        },
        wakeOne() {
          moments.posted = now();
          event.wakeOne();
        },
        until(ready) {
          const came = event.until(ready);
          moments.waited = now();
          return came;
        },
        untilLater: (ready) => event.untilLater(ready),
      };
    },
    port: (index) => timedPort(place.port(index), moments, waits),
  };
  // Whatever else the place has is read through it, so that `exiting` stays what it is now.
  return Object.assign(Object.create(place) as Place, timed);
}

function timedPort(port: MessagePort, moments: Moments, waits: Waits): MessagePort {
  const { postMessage } = port;
  port.postMessage = (value: unknown) => {
    moments.posted = now();
    postMessage.call(port, value);
  };
  // Who blocks receives by itself, and a listener would take its messages away.
  if (waits === 'blocks') return port;
  // Registered first, so it is called before the design's own listener.
  port.on('message', () => {
    moments.waited = now();
  });
  return port;
}
