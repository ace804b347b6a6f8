// QEMU's machine protocol over a child's stdio: one JSON object a line, answers matched by id, events passed on.
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** QEMU refused a command: its own words. */
class QmpError extends Error {
  override readonly name = 'QmpError';
}

export interface QmpEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

type Line = QmpEvent & {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
};

interface Waiting {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
}

export class Qmp {
  private readonly input: Writable;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private ended: Error | undefined;

  constructor(output: Readable, input: Writable, hear: (event: QmpEvent) => void) {
    this.input = input.on('error', () => {});
    createInterface({ input: output }).on('line', (text) => {
      // The greeting, and whatever a library prints to stdout, answer nothing.
      const line = parsed(text);
      if (line?.event !== undefined) hear(line);
      else if (line?.id !== undefined) this.answer(line.id, line);
    });
  }

  /** Asks QEMU. Rejects with QmpError if it refuses, with another error when it ended. */
  call(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.ended) return Promise.reject(this.ended);
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { command, resolve, reject });
      this.input.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    });
  }

  /** All that wait, and all who ask later, get this error. */
  end(cause: Error): void {
    this.ended ??= cause;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }

  private answer(id: number, line: Line): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (line.error) waiting?.reject(new QmpError(`QMP ${waiting.command}: ${line.error.desc}`));
    else waiting?.resolve(line.return);
  }
}

function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
