// What comes before the RAM in a main stream, and between its sections: the configuration, commands, and state of devices.
import { FieldStream, type Step } from './field-stream.js';
import { NO_UUID, uuidBytes, uuidText } from './initial-packet.js';
import { MAPPED_RAM, type MappedBlock } from './mapped-ram.js';
import { quoted, WireError, type WirePlace } from './wire-error.js';

/** What the stream is held against. */
export interface MainStreamRules {
  readonly pageSize: number;
  /** The machine's; absent, all zero, in a file any. */
  readonly uuid?: string | undefined;
  /** Absent on a connection. */
  readonly file?: {
    /** Where in it the stream begins. */
    readonly start: number;
    readonly bytes: number;
  };
}

export const FOOTER = 0x7e;
const MOST_NAME_BYTES = 256;
/** Says that the guest stands still (QEMU 10.0 and newer). */
const SWITCHOVER_START = 11;
const POSTCOPY_ADVISE = 3;
/** Commands of what is not spoken, by number. */
const REFUSED: Readonly<Record<number, string>> = {
  1: 'the return path',
  2: 'a ping on the return path',
  3: 'postcopy',
  9: 'COLO',
};
/** A virtio-mem device of 16 TiB in blocks of 2 MiB has a bitmap of 1 MiB. */
const MOST_EARLY_BYTES = 16 << 20;

export abstract class StreamPreamble extends FieldStream {
  protected readonly rules: MainStreamRules;
  /** Sections before the one that is read. */
  protected section = 0;
  /** The machine's type, as in `pc-i440fx-7.2`. */
  machine = '';
  switchover = false;
  /** Of a mapped-ram file: where the blocks stand. Undefined for other streams. */
  mapped: MappedBlock[] | undefined;

  protected constructor(rules: MainStreamRules) {
    super(Math.max(rules.pageSize, MOST_NAME_BYTES), rules.file?.start ?? 0);
    this.rules = rules;
  }

  /** Where it stands. */
  get place(): WirePlace {
    const at = this.rules.file ? { at: this.fieldAt } : {};
    return { channel: 'main', packet: this.section, ...at };
  }

  protected *configuration(): Generator<Step, void, Buffer> {
    const length = yield* this.uint(4);
    if (length === 0 || length > MOST_NAME_BYTES) {
      throw this.wrong('machine', `a name of 1 to ${MOST_NAME_BYTES} bytes`, length);
    }
    this.machine = (yield length).toString('utf8');
  }

  /** A part of the configuration that is sent only where it says something. */
  protected *subsection(): Generator<Step, void, Buffer> {
    const name = yield* this.name();
    const version = yield* this.uint(4);
    if (version !== 1) throw this.wrong(`version of ${quoted(name)}`, '1', version);
    if (name === 'configuration/capabilities') yield* this.capabilities();
    else if (name === 'configuration/target-page-bits') {
      const bits = yield* this.uint(4);
      const expected = Math.log2(this.rules.pageSize);
      if (bits !== expected)
        throw this.wrong('target-page-bits', `${expected}, pages of ${this.rules.pageSize} bytes`, bits);
    } else if (name === 'configuration/uuid') {
      const { uuid, file } = this.rules;
      const expected = uuid === undefined ? NO_UUID : uuidBytes(uuid);
      const got = yield 16;
      const any = file !== undefined && uuid === undefined;
      if (!any && !got.equals(expected)) throw this.wrong('uuid', uuidText(expected), uuidText(got));
    } else throw this.wrong('configuration', 'capabilities, target-page-bits or uuid', quoted(name));
  }

  protected *capabilities(): Generator<Step, void, Buffer> {
    const count = yield* this.uint(4);
    for (let index = 0; index < count; index++) {
      const name = yield* this.name();
      if (name !== MAPPED_RAM || !this.rules.file) {
        const accepted = this.rules.file ? MAPPED_RAM : 'none that changes the stream';
        throw this.wrong('capability', accepted, quoted(name));
      }
      this.mapped = [];
    }
  }

  /** A device's state that comes before the RAM (virtio-mem's): it has no length, but its footer names it. */
  protected *early(): Generator<Step, void, Buffer> {
    const id = yield* this.uint(4);
    yield* this.name();
    yield* this.uint(4);
    yield* this.uint(4);
    const footer = Buffer.alloc(5, FOOTER);
    footer.writeUInt32BE(id, 1);
    const last = Buffer.alloc(footer.length);
    for (let bytes = 0; !last.equals(footer); bytes++) {
      if (bytes === MOST_EARLY_BYTES) throw this.wrong('footer', `one within ${MOST_EARLY_BYTES} bytes`, 'none');
      last.copyWithin(0, 1);
      last[footer.length - 1] = yield* this.uint(1);
    }
  }

  protected *command(): Generator<Step, void, Buffer> {
    const command = yield* this.uint(2);
    const length = yield* this.uint(2);
    // With dirty-bitmaps alone QEMU says that bitmaps may follow; with postcopy it says more.
    if (command === POSTCOPY_ADVISE && length === 0) return;
    if (command !== SWITCHOVER_START)
      throw this.wrong('command', 'none but the start of the switchover', commandText(command));
    if (length !== 0) throw this.wrong('command length', '0', length);
    this.switchover = true;
  }

  protected wrong(field: string, accepted: string, got: number | bigint | string): WireError {
    return new WireError(this.place, field, accepted, got);
  }
}

function commandText(command: number): string {
  const name = REFUSED[command];
  return name === undefined ? `${command}` : `${command}, ${name}`;
}
