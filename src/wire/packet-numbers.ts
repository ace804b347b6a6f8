// The check over all channels that packet numbers are unique and dense: each number once, none left out.

/** What one channel has counted: it can be posted. */
export interface NumbersCounted {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  readonly xor: number;
}

/** One channel's own count. Numbers that grow on each channel and add up to these sums were each there once. */
export class PacketNumbers implements NumbersCounted {
  count = 0;
  least = Number.POSITIVE_INFINITY;
  most = -1;
  sum = 0;
  xor = 0;

  add(number: number): void {
    this.count++;
    if (number < this.least) this.least = number;
    if (number > this.most) this.most = number;
    this.sum += number;
    this.xor ^= number;
  }
}

/** Undefined when the channels' numbers are dense, else what is wrong. */
export function findNumberGap(channels: readonly NumbersCounted[]): string | undefined {
  const count = channels.reduce((all, each) => all + each.count, 0);
  if (count === 0) return undefined;
  const least = Math.min(...channels.map((each) => each.least));
  const most = Math.max(...channels.map((each) => each.most));
  const sum = channels.reduce((all, each) => all + each.sum, 0);
  const xor = channels.reduce((all, each) => all ^ each.xor, 0);
  if (most - least + 1 !== count) {
    return `packet_num: expected ${most - least + 1} packets for numbers ${least} to ${most}, got ${count}`;
  }
  const expected = ((least + most) * count) / 2;
  if (sum === expected && xor === xorOf(least, most)) return undefined;
  return `packet_num: expected each number from ${least} to ${most} once, got a sum of ${sum} instead of ${expected}`;
}

/** Exclusive-or of least .. most: whole groups of four cancel out. */
function xorOf(least: number, most: number): number {
  let xor = 0;
  const below = (limit: number) => {
    for (let value = limit - (limit % 4); value < limit; value++) xor ^= value;
  };
  below(least);
  below(most + 1);
  return xor;
}
