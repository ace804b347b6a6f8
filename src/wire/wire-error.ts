// What is wrong with bytes that came over the wire: which channel, which packet, which field, what came, what is accepted.

/** Where in a migration some bytes stand. */
export interface WirePlace {
  /** Undefined while the connection has not said which channel it is; `main` is QEMU's main stream, `libvirt` the header before it. */
  readonly channel: number | 'main' | 'libvirt' | undefined;
  /** Packets of this channel before this one (of the main stream: sections); undefined in the initial packet. */
  readonly packet?: number | undefined;
  /** In a file: where the field begins, in bytes. */
  readonly at?: number;
}

export class WireError extends Error {
  override readonly name = 'WireError';
  readonly channel: number | undefined;
  readonly packet: number | undefined;
  /** As QEMU names it, or `stream` for bytes that are missing. */
  readonly field: string;

  constructor({ channel, packet, at }: WirePlace, field: string, accepted: string, got: number | bigint | string) {
    const beside = channel === 'main' || channel === 'libvirt';
    const where = at === undefined ? '' : `, byte ${at}`;
    super(`${placeText(channel, packet)}${where}, ${field}: expected ${accepted}, got ${got}`);
    this.channel = beside ? undefined : channel;
    this.packet = packet;
    this.field = field;
  }
}

function placeText(channel: WirePlace['channel'], packet: number | undefined): string {
  if (channel === 'libvirt') return "libvirt's header";
  if (channel === 'main') return `main stream${packet === undefined ? '' : `, section ${packet}`}`;
  const who = channel === undefined ? 'new connection' : `channel ${channel}`;
  return `${who}, ${packet === undefined ? 'initial packet' : `packet ${packet}`}`;
}

/** A number as it reads best in an error: bits and magics in hexadecimal. */
export function hexadecimal(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** Text that came over the wire, for an error or a terminal: in quotes, and nothing in it but printable ASCII. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const MOST_NAMED = 8;

/** Names for an error: as they are where that is safe, and not all of many. */
export function named(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, MOST_NAMED).map((name) => (/^[!-~]+$/.test(name) ? name : quoted(name)));
  return shown.join(', ') + (all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '');
}
