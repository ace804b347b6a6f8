// The receiver process: told by its parent what to receive, says what came, and ends; also when its parent does.
import { createHash } from 'node:crypto';
import { OutputFile } from '../transport/output-file.js';
import { type FromReceiver, RECEIVER_VERSION, STDIO, type ToReceiver } from './messages.js';
import { failureOf, ReceiverError, type ReceiverPlan, type ReceiverReport } from './plan.js';
import { type Received, Reception } from './reception.js';

let reception: Reception | undefined;
let output: OutputFile | undefined;

// All connections end with the process: whoever writes to one is released.
process.on('disconnect', () => process.exit(1));
process.on('exit', () => output?.discard());
// Ctrl-C reaches the whole group of processes; the parent decides.
process.on('SIGINT', () => {});

process.on('message', (message: ToReceiver) => {
  if (message.kind === 'start') receive(message).catch((error) => last({ kind: 'failed', failure: failureOf(error) }));
  else if (message.kind === 'participants') reception?.setParticipants(message.channels);
  else void reception?.count().then((channels) => say({ kind: 'counted', channels }));
});

async function receive({ version, plan }: ToReceiver & { kind: 'start' }): Promise<void> {
  if (version !== RECEIVER_VERSION) {
    throw new ReceiverError({ reason: `receiver messages: expected version ${RECEIVER_VERSION}, got ${version}` });
  }
  if (plan.ramOut !== undefined) output = new OutputFile(plan.ramOut);
  const listening = Array.from({ length: plan.channels }, (_, index) => STDIO.length + index);
  reception = new Reception(plan, listening);
  // Listening fails, if it does, as the reception does.
  await Promise.race([reception.listening, reception.received]);
  say({ kind: 'listening' });
  const received = await reception.received;
  last({ kind: 'done', report: finish(plan, reception, received) });
}

/** Makes the digest and the file of the RAM, each if it is wanted. */
function finish(plan: ReceiverPlan, { ram }: Reception, received: Received): ReceiverReport {
  if (plan.whole && received.pagesMissing > 0) {
    const pages = ram.blocks.reduce((sum, _, block) => sum + ram.pages(block, plan.pageSize), 0);
    throw new ReceiverError({
      reason: `RAM: ${received.pagesMissing} of ${pages} pages never came: the two ends are unlike`,
    });
  }
  const hash = plan.digest ? createHash('sha256') : undefined;
  let left = plan.imageBytes ?? ram.bytes;
  for (const piece of ram.pieces()) {
    const bytes = piece.subarray(0, Math.min(piece.length, left));
    left -= bytes.length;
    hash?.update(bytes);
    output?.append(bytes);
  }
  output?.keep();
  return { ...received, ...(hash ? { sha256: hash.digest('hex') } : {}) };
}

function say(message: FromReceiver): void {
  process.send!(message);
}

/** The parent hears it, then the process ends. */
function last(message: FromReceiver): void {
  process.send!(message, () => process.exit(message.kind === 'done' ? 0 : 1));
}
