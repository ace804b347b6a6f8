// What goes wrong on purpose, and how it is written: `fail@1.3`. Plain data, the same in every process. Off by default.

/** What a sending thread meets at one of its writes. */
const AT_A_WRITE = {
  fail: 'the write fails; fail=TIME: after so long',
  delay: 'delay=TIME: the write waits so long first',
  short: 'half of its bytes are left out',
  corrupt: 'corrupt=BYTE: that byte of it is changed, default 0',
  'kill-sender': 'its thread ends',
  'kill-provider': "the provider's thread is ended",
  'kill-receiver': 'the receiver is killed',
  'kill-child': 'the process of the sending threads is killed',
} as const;
/** What a receiver does at one of a channel's packets: a packet is a write. */
const AT_A_PACKET = {
  stall: 'the receiver takes no more of the channel',
  reset: 'the receiver resets the connection',
} as const;
/** Before anything is sent, or after all of it. */
const ELSEWHERE = {
  refuse: 'refuse@CHANNEL: its connection is refused',
  'no-descriptors': 'the sending process can open no more descriptors',
  'disk-full': "the receiver's output finds the disk full",
} as const;

type WriteFaultKind = keyof typeof AT_A_WRITE;
type PacketFaultKind = keyof typeof AT_A_PACKET;

/** Number `write` of a channel's writes, from 0 and SYNC writes included, or the write of its SYNC number `sync`. */
export interface WritePoint {
  readonly channel: number;
  readonly write?: number;
  readonly sync?: number;
}

export interface WriteFault extends WritePoint {
  readonly kind: WriteFaultKind;
  /** The write waits so long first, whatever happens then. */
  readonly delayMs?: number;
  /** Which byte of the write `corrupt` changes. */
  readonly byte?: number;
  /** The process that `kill-receiver` kills; absent, the host is told. */
  readonly pid?: number;
}

export interface PacketFault extends WritePoint {
  readonly kind: PacketFaultKind;
}

export type Fault =
  | WriteFault
  | PacketFault
  | { readonly kind: 'refuse'; readonly channel: number }
  | { readonly kind: 'no-descriptors' | 'disk-full' };

export function isWriteFault(fault: Fault): fault is WriteFault {
  return Object.hasOwn(AT_A_WRITE, fault.kind);
}

export function isPacketFault(fault: Fault): fault is PacketFault {
  return Object.hasOwn(AT_A_PACKET, fault.kind);
}

/** What a specification may be, for help and errors. */
export const FAULTS_TAKEN =
  `KIND@CHANNEL.WRITE or KIND@CHANNEL.syncN, writes and SYNCs from 0, of ${Object.keys({ ...AT_A_WRITE, ...AT_A_PACKET }).join(', ')}` +
  ` (delay=TIME, fail=TIME, corrupt=BYTE), as in fail@1.3 or delay=50ms@0.sync0; refuse@CHANNEL, no-descriptors, disk-full`;

/** A line a kind: what it does. */
export const FAULT_KINDS: Readonly<Record<Fault['kind'], string>> = { ...AT_A_WRITE, ...AT_A_PACKET, ...ELSEWHERE };

const SPEC = /^(?<kind>[a-z-]+)(?:=(?<value>[^@]+))?(?:@(?<channel>\d+)(?:\.(?:sync(?<sync>\d+)|(?<write>\d+)))?)?$/;
const TIME = /^(\d+)(ms|s)$/;

/** Faults from a comma-separated list; undefined when one is none, which `channels` channels do not have among others. */
export function parseFaults(list: string, channels: number): readonly Fault[] | undefined {
  const faults = list.split(',').map((item) => parseFault(item.trim(), channels));
  return faults.includes(undefined) ? undefined : (faults as Fault[]);
}

function parseFault(text: string, channels: number): Fault | undefined {
  const parts = SPEC.exec(text)?.groups;
  if (!parts || !Object.hasOwn(FAULT_KINDS, parts.kind!)) return undefined;
  const { value } = parts;
  const kind = parts.kind as Fault['kind'];
  const given = (name: 'channel' | 'write' | 'sync') => (parts[name] === undefined ? undefined : Number(parts[name]));
  const [channel, write, sync] = [given('channel'), given('write'), given('sync')];
  const takesTime = kind === 'delay' || (kind === 'fail' && value !== undefined);
  const takesValue = takesTime || kind === 'corrupt';
  if ((value !== undefined && !takesValue) || (channel ?? 0) >= channels) return undefined;
  if (Object.hasOwn(ELSEWHERE, kind)) {
    if (write !== undefined || sync !== undefined || (kind === 'refuse') !== (channel !== undefined)) return undefined;
    return { kind, ...(channel !== undefined && { channel }) } as Fault;
  }
  if (channel === undefined || (write === undefined && sync === undefined)) return undefined;
  const point = { channel, ...(write === undefined ? { sync: sync! } : { write }) };
  if (takesTime) {
    const [, number, unit] = TIME.exec(value ?? '') ?? [];
    return number === undefined ? undefined : { kind, ...point, delayMs: Number(number) * (unit === 's' ? 1000 : 1) };
  }
  if (kind !== 'corrupt') return { kind, ...point } as Fault;
  return /^\d*$/.test(value ?? '') ? { kind, ...point, byte: Number(value ?? 0) } : undefined;
}

/** Finds the fault at a write of one channel, which it counts. Made once a channel, where there are faults. */
export class FaultCounter<F extends WritePoint> {
  private readonly faults: readonly F[];
  private writes = 0;
  private syncs = 0;

  constructor(faults: readonly F[]) {
    this.faults = faults;
  }

  /** The fault at the next write, which is a SYNC's or not. */
  next(isSync: boolean): F | undefined {
    const [write, sync] = [this.writes++, isSync ? this.syncs++ : -1];
    return this.faults.find((each) => each.write === write || each.sync === sync);
  }
}
