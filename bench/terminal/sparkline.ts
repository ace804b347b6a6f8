// A series as one line of bars.

const BARS = '▁▂▃▄▅▆▇█';
/** Smaller spreads are not blown up to the full height, as a fraction of the middle: noise should look like noise. */
const LEAST_SPREAD = 0.1;

/** At most `width` bars, the oldest first; where there are more values, neighbours share a bar by their middle one. */
export function sparkline(values: readonly number[], width: number): string {
  if (values.length === 0 || width < 1) return '';
  const columns = Math.min(values.length, width);
  const shown = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const own = values.slice(from, Math.floor(((column + 1) * values.length) / columns)).toSorted((x, y) => x - y);
    return own[own.length >> 1]!;
  });
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const middle = (low + high) / 2;
  const spread = Math.max(high - low, LEAST_SPREAD * Math.abs(middle)) || 1;
  const bar = (value: number) => BARS[Math.round(((value - middle) / spread + 0.5) * (BARS.length - 1))]!;
  return shown.map(bar).join('');
}
