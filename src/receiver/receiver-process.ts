// The receiver process: told by its parent what to receive, says what came, and ends; also when its parent does.
import { leaveSignalsToParent } from '../os/signals.js';
import { fillAnswer } from '../wire/acknowledgement.js';
import { type FromReceiver, listeningNumbers, RECEIVER_VERSION, STDIO, type ToReceiver } from './messages.js';
import { Outputs } from './outputs.js';
import { failureOf, ReceiverError, type ReceiverReport } from './plan.js';
import { Reception } from './reception.js';

let reception: Reception | undefined;
let outputs: Outputs | undefined;

// All connections end with the process: whoever writes to one is released.
process.on('disconnect', () => process.exit(1));
// A parent that was gone before this line was reached is not told again.
if (process.connected === false) process.exit(1);
process.on('exit', () => outputs?.discard());
leaveSignalsToParent();

process.on('message', (message: ToReceiver) => {
  if (message.kind === 'start') receive(message).catch(fail);
  else if (message.kind === 'participants') reception?.setParticipants(message.channels);
  else void reception?.count().then((channels) => say({ kind: 'counted', channels }));
});

async function receive({ version, plan }: ToReceiver & { kind: 'start' }): Promise<void> {
  if (version !== RECEIVER_VERSION) {
    throw new ReceiverError({ reason: `receiver messages: expected version ${RECEIVER_VERSION}, got ${version}` });
  }
  outputs = new Outputs(plan);
  const listening = Array.from({ length: listeningNumbers(plan) }, (_, index) => STDIO.length + index);
  reception = new Reception(plan, listening);
  // Listening fails, if it does, as the reception does.
  await Promise.race([reception.listening, reception.received]);
  say({ kind: 'listening' });
  void reception.reading.then(() => say({ kind: 'reading' }));
  const received = await reception.received;
  const report = outputs.finish(received);
  await reception.answer(fillAnswer({ received: acknowledged(report) }));
  last({ kind: 'done', report });
}

async function fail(error: unknown): Promise<void> {
  const failure = failureOf(error);
  await reception?.answer(fillAnswer({ failed: failure.reason }));
  last({ kind: 'failed', failure });
}

function acknowledged({ channels, sha256 = '', transferMs = 0 }: ReceiverReport) {
  const sum = (key: 'bytes' | 'pages' | 'zeroPages') => channels.reduce((all, each) => all + each[key], 0);
  return { bytes: sum('bytes'), pages: sum('pages'), zeroPages: sum('zeroPages'), sha256, transferMs };
}

function say(message: FromReceiver): void {
  process.send!(message);
}

/** The parent hears it, then the process ends. */
function last(message: FromReceiver): void {
  process.send!(message, () => process.exit(message.kind === 'done' ? 0 : 1));
}
