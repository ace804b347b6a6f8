// Sizes and times as people write them: 4k, 1m, 20us; and as they read them.

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };
const TIME_UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 };

/** Bytes of `4k`, `64K`, `1m`, `2MiB`; undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(text.trim());
  return match ? Number(match[1]) * SIZE_UNITS[match[2]!.toLowerCase()]! : undefined;
}

/** Nanoseconds of `500ns`, `20us`, `1.5ms`, `2s`, `5min`, `1h`; undefined when it is none. */
export function parseNanoseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s|min|h)$/i.exec(text.trim().replace('µ', 'u'));
  return match ? Number(match[1]) * TIME_UNITS[match[2]!.toLowerCase()]! : undefined;
}

/** 4096 as `4k`: what parseBytes reads back. */
export function showBytes(bytes: number): string {
  for (const [unit, size] of [
    ['g', 1 << 30],
    ['m', 1 << 20],
    ['k', 1 << 10],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

/** 20000 as `20us`: what parseNanoseconds reads back. */
export function showNanoseconds(nanoseconds: number): string {
  for (const [unit, size] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const) {
    if (nanoseconds >= size) return `${Number((nanoseconds / size).toPrecision(6))}${unit}`;
  }
  return `${nanoseconds}ns`;
}

/** Three significant digits, never an exponent: 0.0123, 4.56, 78.9, 123, 4567. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return digits >= 3 ? value.toFixed(0) : value.toFixed(Math.min(6, 3 - digits));
}

/** A share as ` ±` shows it: `3`, `0.3`, `0.02`; `0` only of what is exactly 0. */
export function percentOf(share: number): string {
  const percent = share * 100;
  return percent >= 0.95 || percent === 0 ? percent.toFixed(0) : String(Number(percent.toPrecision(1)));
}

/** `1 process`, `7 processes`: a count and its noun. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

export function processes(count: number): string {
  return counted(count, 'process', 'processes');
}
