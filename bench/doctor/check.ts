// One line of doctor: what was looked at, how it is, and what to do about it.

/**
 *   ok            nothing to do
 *   note          worth knowing, does no harm
 *   warning       numbers will be noisier, or something is not possible; `advice` says what to do
 *   problem       numbers of this machine, as it is now, are worth nothing; doctor ends with 1
 *   unavailable   this machine does not say
 */
export type Status = 'ok' | 'note' | 'warning' | 'problem' | 'unavailable';

export interface Check {
  readonly group: string;
  readonly name: string;
  readonly status: Status;
  readonly value: string;
  readonly advice?: string;
}

/** A line without advice. */
export function line(group: string, name: string, status: 'ok' | 'note', value: string): Check {
  return { group, name, status, value };
}

/** A line that asks for something to be done. */
export function advise(
  group: string,
  name: string,
  status: 'note' | 'warning' | 'problem',
  value: string,
  advice: string,
): Check {
  return { group, name, status, value, advice };
}

export function unavailable(group: string, name: string): Check {
  return { group, name, status: 'unavailable', value: 'not available' };
}
