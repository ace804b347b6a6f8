// The functions in which a thread's time went, from a .cpuprofile file of V8.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CellFailure } from '../../src/session/cell.js';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface SelfTime {
  readonly what: string;
  /** Of all samples. */
  readonly share: number;
}

export interface ProfileSummary {
  readonly seconds: number;
  /** Largest first. */
  readonly top: readonly SelfTime[];
}

/** V8 writes a profile as its process ends, and says nothing where it cannot. */
function read(path: string): CpuProfile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  } catch (cause) {
    throw new CellFailure(`${path}: not a whole profile (is the disk full?): ${(cause as Error).message}`);
  }
}

/** Reads a file and adds up the time that each function itself was on top of the stack. A thread that sleeps in a wait is in it. */
export function summariseProfile(path: string, root: string, most: number): ProfileSummary {
  const { nodes, samples, timeDeltas } = read(path);
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, root)]));
  const times = new Map<string, number>();
  let whole = 0;
  for (const [index, sample] of samples.entries()) {
    const time = timeDeltas[index]!;
    const name = names.get(sample)!;
    times.set(name, (times.get(name) ?? 0) + time);
    whole += time;
  }
  const top = [...times].sort(([, x], [, y]) => y - x).slice(0, most);
  return { seconds: whole / 1e6, top: top.map(([what, time]) => ({ what, share: whole === 0 ? 0 : time / whole })) };
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame'], root: string): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  return `${name}  ${path.startsWith(root) ? path.slice(root.length) : path}:${lineNumber + 1}`;
}
