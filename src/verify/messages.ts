// What threads post to each other: each message once, known by a number, so that a queue of them is part of a state.
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';

/** More than there are: a number of a message and what else there is to tell fit in one result. */
export const MOST_MESSAGES = 2 ** 20;
/** What a receive gives from an empty queue. */
export const NO_MESSAGE = -1;

const messages: Buffer[] = [];
const numbers = new Map<string, number>();

/** The number of a message, equal for those that are cloned alike. Throws for what is not cloned. */
export function numberOf(message: unknown): number {
  const cloned = serialize(message);
  const key = cloned.toString('latin1');
  let number = numbers.get(key);
  if (number === undefined) {
    number = messages.push(cloned) - 1;
    numbers.set(key, number);
    if (messages.length > MOST_MESSAGES) throw new RangeError(`more than ${MOST_MESSAGES} different messages`);
  }
  return number;
}

/** A clone of its own for each who receives it. */
export function messageOf(number: number): unknown {
  return deserialize(messages[number]!);
}

/** The message as a trace shows it. */
export function messageText(number: number): string {
  return inspect(messageOf(number), { breakLength: Number.POSITIVE_INFINITY, depth: 2 });
}
