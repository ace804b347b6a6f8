// A child process that runs the conformance suite over one design: whatever blocks in it, its parent can end.
import { CONFORMANCE, CONFORMANCE_FLEET, FEW_SENDERS } from '../../src/conformance/conformance.js';
import { leaveSignalsToParent } from '../../src/os/signals.js';
import type { Variant } from '../../src/sender/variant.js';
import { Fleet } from '../../src/session/fleet.js';
import type { VariantSource } from '../../src/session/messages.js';

export interface ConformanceStart {
  readonly source: VariantSource;
  /** The first test to run; those before it are done. */
  readonly from: number;
}

export type ConformanceMessage =
  | { readonly kind: 'begun'; readonly index: number }
  | { readonly kind: 'passed'; readonly index: number; readonly tookMs: number }
  | { readonly kind: 'failed'; readonly index: number; readonly tookMs: number; readonly reason: string };

/** A hang is one after this time: shorter than in the project's own tests, because somebody waits. */
const WATCHDOG_MS = 3000;

/** Also ends threads that spin. */
const leave = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', leave);
if (process.connected === false) leave();
leaveSignalsToParent();
const send = (message: ConformanceMessage) =>
  new Promise<void>((resolve) => process.send!(message, undefined, undefined, () => resolve()));

process.once('message', async ({ source, from }: ConformanceStart) => {
  const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  let fleet: Fleet | undefined;
  let senders = 0;
  for (const [index, test] of CONFORMANCE.entries()) {
    if (index < from || test.skipped(variant) !== undefined) continue;
    await send({ kind: 'begun', index });
    const start = performance.now();
    try {
      // Threads take time to start: a design that fails early does not wait for those of the last tests.
      if (!fleet || test.senders > senders) {
        await fleet?.terminate();
        senders = test.senders > FEW_SENDERS ? CONFORMANCE_FLEET.senders : FEW_SENDERS;
        fleet = await Fleet.start({ ...CONFORMANCE_FLEET, senders, watchdogMs: WATCHDOG_MS });
      }
      await test.run({ variant, source, fleet });
      await send({ kind: 'passed', index, tookMs: performance.now() - start });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      await send({ kind: 'failed', index, tookMs: performance.now() - start, reason });
      // A fleet in which a cell failed goes with its process.
      break;
    }
  }
  leave();
});
