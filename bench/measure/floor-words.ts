// The words that the two threads of a floor share, and what they are told.
import { layout, place } from '../../src/memory/layout.js';

export const floorWords = place(
  layout({
    asked: { kind: 'atomic', writer: 'asker: the number of the question, or less than 0 to end' },
    answered: { kind: 'atomic', writer: 'answerer: the number of the question that it answers' },
    question: { kind: 'semaphore', writer: 'asker posts, answerer waits' },
    reply: { kind: 'semaphore', writer: 'answerer posts, asker waits' },
  }),
  0,
);

export interface FloorStart {
  readonly role: 'asker' | 'answerer';
  readonly memory: SharedArrayBuffer;
}

export interface FloorTask {
  readonly waits: 'spin' | 'park';
  readonly forMs: number;
}
