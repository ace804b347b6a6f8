// What the receiver of an announced migration said over its connections, as a result or an error.
import { type Acknowledgement, parseAnswer } from '../wire/acknowledgement.js';
import type { Parting } from './line.js';

/** How the message of such an error begins. */
export const RECEIVER_FAILED = 'the receiver failed: ';

/** The receiver has failed, and says why. */
export class ReceiverFailed extends Error {
  override readonly name = 'ReceiverFailed';
}

/** Throws ReceiverFailed when any connection says so, else Error when none has an acknowledgement. */
export function acknowledgementOf(partings: readonly Parting[]): Acknowledgement {
  let received: Acknowledgement | undefined;
  for (const { answer } of partings) {
    const said = parseAnswer(answer);
    if (said && 'failed' in said) throw new ReceiverFailed(`${RECEIVER_FAILED}${said.failed}`);
    received ??= said?.received;
  }
  if (received) return received;
  const strange = partings.find(({ answer }) => answer !== '');
  if (strange)
    throw new Error(`the peer answered with ${strange.answerBytes} bytes, no acknowledgement of a receiver's`);
  const how = partings.find(({ problem }) => problem !== undefined)?.problem ?? 'it ended the connections';
  throw new Error(
    `the receiver did not acknowledge: ${how}; it was ended, or is an older version or no receive: whether it has the RAM is not known`,
  );
}
