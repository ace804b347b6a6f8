// Misspelt names: the near one is offered, and none where nothing is near.
import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from './did-you-mean.js';
import { badValue } from './usage-error.js';

const DESIGNS = ['mutex', 'mutex-spin', 'atomic-barrier', 'message-port', 'inline'];

describe('did you mean', () => {
  it.each([
    ['mutx', 'mutex'],
    ['mutxe', 'mutex'],
    ['atomic-barier', 'atomic-barrier'],
    ['messageport', 'message-port'],
    ['Inline', 'inline'],
  ])('%s: %s', (got, meant) => {
    expect(nearest(got, DESIGNS)).toBe(meant);
  });

  it('offers nothing that is not near', () => {
    expect(didYouMean('ring', DESIGNS)).toBe('');
    expect(didYouMean('', DESIGNS)).toBe('');
    expect(didYouMean('mutex', [])).toBe('');
  });

  it('is part of the error where a flag takes names', () => {
    expect(badValue('--transport', 'tpc', 'discard, memory, unix, tcp').message).toBe(
      '--transport: got "tpc", takes discard, memory, unix, tcp (did you mean "tcp"?)',
    );
    expect(badValue('--channels', '0', '1 to 64, as in 1,2,4..16 (doubling)').message).not.toContain('did you mean');
  });
});
