// What a run's parent and the child process of a round say to each other: versioned lines of JSON over the IPC channel.

import type { Fault } from '../../src/faults/fault.js';
import type { Address } from '../../src/os/address.js';
import type { Cell, FleetPlan } from '../../src/session/cell.js';
import type { LaneTurn } from '../../src/session/fleet.js';
import type { Announced } from '../../src/transport/lines.js';

/** Raised when a message changes its meaning, so that a parent can tell an older build's child. */
export const PROTOCOL = 1;

export interface Connection {
  readonly address: Address;
  readonly channels: number;
  /** 32 hexadecimal digits; absent, all zero. */
  readonly uuid?: string;
  /** True connects a main stream beside the channels. */
  readonly main?: boolean;
  /** What the receiver asks for: the digest of a token. */
  readonly token?: string | undefined;
  /** Says this first, and wants an acknowledgement: only to a receiver of this program. */
  readonly announced?: Announced | undefined;
  /** Instead of the address: a mapped-ram file of this name, written around the kernel's cache or not. */
  readonly file?: { readonly path: string; readonly direct: boolean; readonly replaces?: boolean };
  /** What goes wrong on purpose as it connects. */
  readonly faults?: readonly Fault[];
}

export type Ask =
  | { readonly kind: 'start'; readonly plan: FleetPlan; readonly outside: Readonly<Record<string, string>> }
  /** Connects so many channels to a receiver, under a name that cells are opened with. */
  | ({ readonly kind: 'connect'; readonly peer: string } & Connection)
  /** With patience it first waits so long for the peer to end the connections, and answers with its acknowledgement or how it did not. */
  | { readonly kind: 'disconnect'; readonly peer: string; readonly patienceMs?: number }
  /** In lanes of their own several cells stand open side by side; `begins` is where in the RAM, from 0 to 1, this one starts. */
  | {
      readonly kind: 'open';
      readonly cell: Cell;
      readonly peer: string | undefined;
      readonly lane?: number;
      readonly begins?: number;
    }
  | { readonly kind: 'slice'; readonly amount: number; readonly lane?: number }
  /** Cells side by side take turns; what they took comes back when all are over. */
  | { readonly kind: 'turns'; readonly order: readonly LaneTurn[] }
  /** What a timed cell has recorded since the last such question. */
  | { readonly kind: 'latencies'; readonly lane: number }
  | { readonly kind: 'close'; readonly lane?: number }
  /** Packets of the open cell so far: also while a slice runs. */
  | { readonly kind: 'packets' }
  /** A round trip of two threads of this process that do nothing else, while no cell is open: undefined where there is none. */
  | { readonly kind: 'floor'; readonly waits: 'spin' | 'park'; readonly forMs: number }
  /** SHA-256 of the first bytes of the RAM. */
  | { readonly kind: 'digest'; readonly bytes: number }
  /** Ends all threads and the process in good order, which a kill does not: profiles are written then. */
  | { readonly kind: 'end' };

export interface Question {
  readonly protocol: number;
  readonly number: number;
  readonly ask: Ask;
}

/** Sent by itself, so that the parent can tell a slow cell from a process that has stopped. */
export interface Alive {
  readonly protocol: number;
  readonly alive: true;
}

export const ALIVE_EVERY_MS = 1000;

export type Answer =
  | { readonly protocol: number; readonly number: number; readonly value: unknown }
  | {
      readonly protocol: number;
      readonly number: number;
      readonly reason: string;
      readonly dump: readonly string[];
      /** Of cells side by side: which one failed. */
      readonly lane?: number;
    };
