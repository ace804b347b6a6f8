// What runs this program, and with which options: those of the processes that are measured count.

/** Programs that call themselves Node as well; their atomics, threads and sockets are others. */
const OTHERS: Readonly<Record<string, string>> = { bun: 'Bun', deno: 'Deno' };

/** The name and version of a runtime that is not Node; undefined of Node. */
export function foreignRuntime(versions: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = Object.keys(OTHERS).find((each) => versions[each] !== undefined);
  return name === undefined ? undefined : `${OTHERS[name]} ${versions[name]}`;
}

/** Options in force in what is measured: children are started without those of this process, and inherit NODE_OPTIONS. */
export function measuredFlags(options = process.env.NODE_OPTIONS ?? ''): string[] {
  return options.split(/\s+/).filter(Boolean);
}

/** Options of this process alone: in force in nothing that is measured. */
export function ownFlags(): readonly string[] {
  return process.execArgv;
}
