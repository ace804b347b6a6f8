// What a scenario does with a design: its shape, the provider's steps, and what goes wrong.
import type { Shape } from '../../sender/variant.js';

/** Requester 0 takes all steps; the others hand over the jobs before its first sync, and it waits for them. */
export type Step = 'job' | 'sync';

export interface DesignPlan {
  readonly shape: Shape;
  readonly steps: readonly Step[];
  /** One write that fails: number `write` of its channel (SYNC writes included), or its SYNC number `sync`, from 0. */
  readonly fault?: { readonly channel: number; readonly write?: number; readonly sync?: number };
  /** Who tells the others of a failed write: the framework by closing every primitive (default), or the design. */
  readonly errorPath?: 'repaired' | 'upstream';
  /** The run is ended by another thread, at any moment. */
  readonly exitsEarly?: boolean;
  /** The design's own assertions run. They read shared words, and so they order: most plans leave them out. */
  readonly checking?: boolean;
  /** Hints return anything at any time: a guess that fails must be tried again, and a wrong "busy" must not lead to sleep. */
  readonly wildHints?: boolean;
  /** Packets are numbered as they are written; the numbering orders senders, so most plans leave it out. */
  readonly numbered?: boolean;
}

/** `2 channels, 2 jobs + sync, write 0 of channel 1 fails`. */
export function describePlan(plan: DesignPlan): string {
  const { channels, depth, publishEvery, requesters } = plan.shape;
  const parts = [`${count(channels, 'channel')}`];
  if (depth > 1) parts.push(`depth ${depth}`);
  if (publishEvery !== undefined) parts.push(`published by ${publishEvery}`);
  if (requesters > 1) parts.push(`${requesters} requesters`);
  parts.push(describeSteps(plan.steps));
  const { fault } = plan;
  if (fault) {
    const which = fault.sync === undefined ? `write ${fault.write}` : `SYNC ${fault.sync}`;
    parts.push(`${which} of channel ${fault.channel} fails`);
  }
  if (plan.errorPath === 'upstream') parts.push("upstream's error path");
  if (plan.exitsEarly) parts.push('exit at any moment');
  if (plan.numbered) parts.push('packets numbered');
  if (plan.wildHints) parts.push('hints return anything');
  if (plan.checking) parts.push('asserting');
  return parts.join(', ');
}

/** `sync + 2 jobs + 3 syncs`; two syncs are named one by one. */
function describeSteps(steps: readonly Step[]): string {
  const parts: string[] = [];
  for (let at = 0; at < steps.length; ) {
    const step = steps[at]!;
    let end = at + 1;
    while (steps[end] === step) end++;
    const isNamed = step === 'sync' && end - at <= 2;
    parts.push(...(isNamed ? steps.slice(at, end) : [count(end - at, step)]));
    at = end;
  }
  return parts.join(' + ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** How many batches requester `requester` hands over in all. */
export function jobsOf({ steps }: DesignPlan, requester: number): number {
  const end = steps.indexOf('sync');
  const own = requester === 0 || end < 0 ? steps : steps.slice(0, end);
  return own.filter((step) => step === 'job').length;
}
