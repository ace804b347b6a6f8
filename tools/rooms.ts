// The order of the rooms, as one table, and what breaks it: imports that run upwards, and circles of files.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A room, or rooms beside each other that may not import one another unless `needs` says so. */
interface Level {
  readonly rooms: readonly string[];
  /** By room: the rooms beside it that it may import. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
}

const level = (...rooms: readonly string[]): Level => ({ rooms });

/**
 * Lowest first. A room is a folder, or a file that stands alone. A file may import its own room and those of the levels
 * below, types included.
 */
export const ROOMS: readonly Level[] = [
  level('src/random.ts', 'src/os'),
  level('src/memory'),
  level('src/ram'),
  level('src/wire'),
  level('src/sender'),
  level('src/faults'),
  level('src/transport'),
  level('src/receiver'),
  level('src/workloads'),
  level('src/session'),
  level('src/conformance'),
  level('src/verify'),
  level('src/exports'),
  level('variants'),
  level('bench/base'),
  level('bench/stats'),
  level('bench/terminal', 'bench/system'),
  level('bench/plan'),
  level('bench/measure'),
  level('bench/result'),
  level('bench/tables'),
  level('bench/store'),
  level('bench/run.ts'),
  {
    rooms: ['bench/tracking', 'bench/tune', 'bench/qemu', 'bench/doctor', 'bench/check', 'bench/report'],
    needs: { 'bench/report': ['bench/tracking', 'bench/tune', 'bench/qemu'] },
  },
  level('bench/commands'),
  level('bench/cli.ts', 'bench/index.ts'),
  level('tools'),
];

/** Path below the project, by which the others name it, and text. */
export type Sources = ReadonlyMap<string, string>;

/** Production sources: without tests and their fixtures. */
export function readSources(project: string): Sources {
  const files = ['src', 'variants', 'bench', 'tools'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const production = files.filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/fixtures\/|\.d\.ts$/.test(file));
  return new Map(production.map((file) => [file, readFileSync(join(project, file), 'utf8')]));
}

/** What a file imports of the project, types and `import()` included. */
function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(/(?<!-)\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier]) =>
    normalize(join(dirname(file), specifier!)).replace(/\.js$/, '.ts'),
  );
}

/** A line for every import that the table does not allow, with both files and the rule. */
export function upwardImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(file, text).flatMap((target) => {
      const rule = broken(roomOf(file), roomOf(target));
      return rule === undefined ? [] : [`${file} imports ${target}: ${rule}`];
    }),
  );
}

/** Each circle of files as `a -> b -> a`. */
export function circles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of importsOf(file, sources.get(file) ?? '')) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of sources.keys()) visit(file);
  return found;
}

/** Throws RangeError for a file of a room that the table does not have. */
export function roomOf(file: string): string {
  const rooms = ROOMS.flatMap(({ rooms }) => rooms);
  const room = rooms.find((name) => file === name || file.startsWith(`${name}/`));
  if (room === undefined) throw new RangeError(`${file}: its room is not in the table of tools/rooms.ts`);
  return room;
}

function broken(from: string, to: string): string | undefined {
  if (from === to) return undefined;
  const at = (room: string) => ROOMS.findIndex(({ rooms }) => rooms.includes(room));
  const { needs } = ROOMS[at(from)]!;
  if (at(to) < at(from) || needs?.[from]?.includes(to)) return undefined;
  return at(to) === at(from)
    ? `${from} and ${to} stand beside each other, and the table does not say that one needs the other`
    : `${to} stands above ${from}`;
}
