// A call site: where in the program under test an operation stands.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInAsync } from './suspended.js';

export interface Site {
  /** Absolute path of the compiled file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `Semaphore.post`, or an empty string at top level. */
  readonly functionName: string;
  /** `file:line:column`: equal for equal sites. */
  readonly key: string;
  /** Offset in the text that is being executed; differs from the file's where a tool has transformed it. */
  readonly offset: number;
  /** The call went through `hint()` of src/memory. */
  readonly isHint: boolean;
  /** Whether the call, or a call that led to it, stands in an async function. */
  readonly isAsync: boolean;
}

export const NOWHERE: Site = {
  file: '',
  line: 0,
  column: 0,
  functionName: '',
  key: '',
  offset: 0,
  isHint: false,
  isAsync: false,
};

const FRAMES = 16;
const here = dirname(fileURLToPath(import.meta.url));
const sites = new Map<string, Site>();

/** The innermost frame outside the checker; for a hint read, the frame that asked for the hint. */
export function callSite(): Site {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  let isHint = false;
  for (const [i, frame] of frames.entries()) {
    const file = pathOf(frame.getFileName() ?? '');
    if (file === '' || isChecker(file)) continue;
    if (frame.getFunctionName() === 'hint' && file.endsWith('/memory/hint.js')) {
      isHint = true;
      continue;
    }
    return intern(frame, file, isHint, frames.slice(i).some(isAsync));
  }
  return NOWHERE;
}

/** Only frames of the thread's body: the checker itself may run in an async function. */
function isAsync(frame: NodeJS.CallSite, at: number, all: readonly NodeJS.CallSite[]): boolean {
  const file = pathOf(frame.getFileName() ?? '');
  const checker = all.findIndex((each) => isChecker(pathOf(each.getFileName() ?? '')));
  return (
    file !== '' &&
    (checker < 0 || at < checker) &&
    isInAsync(file, frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0)
  );
}

function intern(frame: NodeJS.CallSite, file: string, isHint: boolean, isAsync: boolean): Site {
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  const key = `${file}:${line}:${column}`;
  let site = sites.get(key);
  if (!site) {
    site = { file, line, column, functionName: nameOf(frame), key, offset: offsetOf(frame), isHint, isAsync };
    sites.set(key, site);
  }
  return site;
}

/** V8 knows it, the type declarations do not. */
function offsetOf(frame: NodeJS.CallSite): number {
  return (frame as NodeJS.CallSite & { getPosition(): number }).getPosition();
}

/** V8 names a method by its class, or by the object it was called on where there is none. */
function nameOf(frame: NodeJS.CallSite): string {
  const name = frame.getFunctionName() ?? '';
  const type = frame.getTypeName();
  return type && type !== 'Object' && name !== '' && !name.includes('.') ? `${type}.${name}` : name;
}

function pathOf(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name) : name.startsWith('/') ? name : '';
}

/** Files of the checker itself; its tests, and the programs in the folders below, are programs under test. */
function isChecker(file: string): boolean {
  const folder = dirname(file);
  return (folder === here || folder === join(here, 'real')) && !file.endsWith('.test.js');
}
