// The main stream of a machine without devices (`-M none`), as QEMU 7.2, 9.x and 10.0 to 11.1 send it. Whoever sends it also sends SYNCs.

import { MAPPED_RAM } from './mapped-ram.js';
import type { StreamBlock } from './stream-block.js';
import { byte, nameOf, text, uint, uint64 } from './stream-bytes.js';

export type StreamVersion = '7.2' | '9.0' | '10.0';

/** The first bytes of a main stream: what tells it from a channel. */
export const MAIN_STREAM_HEADER: Uint8Array = Buffer.concat([text('QEVM'), uint(3, 4)]);

/**
 * The parts of a stream in order. With 7.2, the SYNCs of all channels go with the end of `start`, of each `part` and of
 * `end`; with 10.0, with the flush mark that stands in each of them. The receiver goes on when it has both.
 */
export interface MainStreamParts {
  /** MAIN_STREAM_HEADER, configuration and the RAM's blocks. */
  start(blocks: readonly StreamBlock[]): Buffer;
  /** What ends the start of a file, after its blocks. */
  startEnd(): Buffer;
  /** A round over the RAM. `zeroPages`: offsets of pages of zeros in one block (7.2; 10.0 names them in packets). */
  part(block?: string, zeroPages?: readonly number[]): Buffer;
  /** The same piece by piece: its start; zero pages, `first` of their block in this part or not; its end. */
  partStart(): Buffer;
  zeroPages(block: string, offsets: readonly number[], first: boolean): Buffer;
  partEnd(): Buffer;
  /** The last part of the RAM. */
  end(): Buffer;
  /** Devices, and a description that no reader needs. */
  tail(): Buffer;
}

interface Shape {
  readonly section: number;
  readonly flushMark: boolean;
  readonly switchover: boolean;
  /** Section id of `globalstate`, and what follows the name of the machine's state in it. */
  readonly globalState: number;
  readonly globalStateRest: Buffer;
}

const UNUSED = 100 - 'prelaunch\0'.length;
/** Zeros, with a 1 where something is said to be there. */
function restOf(present?: number): Buffer {
  const rest = Buffer.alloc(UNUSED);
  if (present !== undefined) rest[present] = 1;
  return rest;
}

const SHAPES: Readonly<Record<StreamVersion | typeof MAPPED_RAM, Shape>> = {
  '7.2': { section: 2, flushMark: false, switchover: false, globalState: 4, globalStateRest: restOf() },
  // As a 10.0 that emulates a machine of 9.2 sends it.
  '9.0': { section: 1, flushMark: true, switchover: false, globalState: 3, globalStateRest: restOf(22) },
  // 10.0 also says whether the machine had been suspended, and that it says so.
  '10.0': { section: 1, flushMark: true, switchover: true, globalState: 3, globalStateRest: restOf(22) },
  // In a file there is nothing to wait for.
  'mapped-ram': { section: 1, flushMark: false, switchover: true, globalState: 3, globalStateRest: restOf(22) },
};

const END_OF_SECTION = 0x10;
const FLUSH = 0x200;
const SIZE = 0x04;
const ZERO_PAGE = 0x02;
const SAME_BLOCK = 0x20;

/** `mapped-ram`: that of a file, as QEMU 10.0 and 11.1 write it; the place of each block follows its name in `start`. */
export function mainStream(version: StreamVersion | typeof MAPPED_RAM): MainStreamParts {
  const { section, flushMark, switchover, globalState, globalStateRest } = SHAPES[version];
  const footer = Buffer.concat([byte(0x7e), uint(section, 4)]);
  const endOfRam = Buffer.concat([...(flushMark ? [uint64(FLUSH)] : []), uint64(END_OF_SECTION), footer]);
  const partStart = Buffer.concat([byte(0x02), uint(section, 4)]);
  return {
    start(blocks) {
      const total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
      const machine = text('none');
      const capabilities = version === MAPPED_RAM ? capabilitiesOf([MAPPED_RAM]) : Buffer.alloc(0);
      return Buffer.concat([
        MAIN_STREAM_HEADER,
        byte(0x07),
        uint(machine.length, 4),
        machine,
        capabilities,
        byte(0x01),
        uint(section, 4),
        nameOf('ram'),
        uint(0, 4),
        uint(4, 4),
        uint64(total + SIZE),
        ...(version === MAPPED_RAM ? [] : [...blocks.map(blockOf), endOfRam]),
      ]);
    },
    startEnd: () => endOfRam,
    part(block = '', zeroPages = []) {
      return Buffer.concat([partStart, zeroPageList(block, zeroPages, true), endOfRam]);
    },
    partStart: () => partStart,
    zeroPages: zeroPageList,
    partEnd: () => endOfRam,
    end() {
      const command = switchover ? [byte(0x08), uint(0x000b, 2), uint(0, 2)] : [];
      return Buffer.concat([...command, byte(0x03), uint(section, 4), endOfRam]);
    },
    tail() {
      const description = text('{"page_size": 4096, "devices": []}');
      const state = [uint('prelaunch\0'.length, 4), text('prelaunch\0'), globalStateRest];
      return Buffer.concat([
        device(0, 'timer', 2, Buffer.alloc(24)),
        device(globalState, 'globalstate', 1, Buffer.concat(state)),
        byte(0x00),
        byte(0x06),
        uint(description.length, 4),
        description,
      ]);
    },
  };
}

/** How a block is told of. */
export function blockOf({ name, bytes }: StreamBlock): Buffer {
  return Buffer.concat([nameOf(name), uint64(bytes)]);
}

/** The part of the configuration that names what a reader must have been given as well. */
function capabilitiesOf(names: readonly string[]): Buffer {
  const subsection = [byte(0x05), nameOf('configuration/capabilities'), uint(1, 4)];
  return Buffer.concat([...subsection, uint(names.length, 4), ...names.map(nameOf)]);
}

/** Nine bytes a page: where it is, and the value of all of its bytes. */
function zeroPageList(block: string, offsets: readonly number[], first: boolean): Buffer {
  const name = first && offsets.length > 0 ? nameOf(block) : Buffer.alloc(0);
  const list = Buffer.alloc(9 * offsets.length + name.length);
  let at = 0;
  for (const [index, offset] of offsets.entries()) {
    const named = first && index === 0;
    list.writeBigUInt64BE(BigInt(offset + ZERO_PAGE + (named ? 0 : SAME_BLOCK)), at);
    at += 8;
    if (named) at += name.copy(list, at);
    at++;
  }
  return list;
}

function device(id: number, name: string, version: number, state: Buffer): Buffer {
  const head = [byte(0x04), uint(id, 4), nameOf(name), uint(0, 4), uint(version, 4)];
  return Buffer.concat([...head, state, byte(0x7e), uint(id, 4)]);
}
