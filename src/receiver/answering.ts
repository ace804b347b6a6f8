// The connection of a sender that wants an answer, after its last byte: kept alive, answered, ended.
import { ALIVE, ALIVE_EVERY_MS } from '../wire/acknowledgement.js';
import type { Connection } from './one-connection.js';

/** In which a sender has to hear an answer that it does not wait for: it may still be sending. */
const HEARING_MS = 1000;
/** What still comes goes here, and is passed over: the RAM is no longer to be changed. */
const PASSED_OVER = new Uint8Array(1 << 16);

export class Answering {
  private readonly connection: Connection;
  private readonly alive: NodeJS.Timeout;

  constructor(connection: Connection) {
    this.connection = connection;
    this.alive = setInterval(() => connection.write(ALIVE), ALIVE_EVERY_MS);
  }

  target(): Uint8Array {
    return PASSED_OVER;
  }

  /** The connection is lost. */
  lost(): void {
    clearInterval(this.alive);
  }

  answer(text: string, done: () => void): void {
    clearInterval(this.alive);
    this.connection.finish(text, HEARING_MS, done);
  }
}
