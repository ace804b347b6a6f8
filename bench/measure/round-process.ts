// The child process of a round: it holds the fleet and does what its parent asks, one question at a time.
import { CellFailure } from '../../src/session/cell.js';
import { Fleet } from '../../src/session/fleet.js';
import type { VariantSource } from '../../src/session/messages.js';
import { registry } from '../../variants/index.js';
import { type Answer, type Ask, PROTOCOL, type Question } from './protocol.js';

let fleet: Fleet | undefined;
let outside: Readonly<Record<string, string>> = {};

/** Without its parent nobody would end it: SIGKILL also ends threads that block in a system call. */
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
/** A terminal sends Ctrl-C to all processes of the group: the parent decides what ends. */
process.on('SIGINT', () => {});

process.on('message', async (question: Question) => {
  const { number } = question;
  const answer = (rest: { value: unknown } | { reason: string; dump: readonly string[] }) =>
    process.send!({ protocol: PROTOCOL, number, ...rest } as Answer);
  try {
    if (question.protocol !== PROTOCOL) {
      throw new Error(`protocol: expected version ${PROTOCOL}, got ${question.protocol}`);
    }
    answer({ value: (await reply(question.ask)) ?? null });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    answer({ reason, dump: cause instanceof CellFailure ? cause.dump : [] });
  }
});

async function reply(ask: Ask): Promise<unknown> {
  switch (ask.kind) {
    case 'start':
      outside = ask.outside;
      fleet = await Fleet.start(ask.plan);
      return undefined;
    case 'open':
      return fleet!.open(ask.cell, sourceOf(ask.cell.variant));
    case 'slice':
      return fleet!.slice(ask.amount);
    case 'close':
      return fleet!.close();
  }
}

function sourceOf(variant: string): VariantSource {
  const module = outside[variant];
  const source = module === undefined ? registry[variant] : { module, export: 'default' };
  if (!source) throw new CellFailure(`this build has no variant ${variant}`);
  return source;
}
