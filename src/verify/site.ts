// A call site: where in the program under test an operation stands.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
}

export const NOWHERE: Site = {
  file: '',
  line: 0,
  column: 0,
  functionName: '',
  key: '',
  offset: 0,
  isHint: false,
};

const FRAMES = 16;
const here = dirname(fileURLToPath(import.meta.url));
const sites = new Map<string, Site>();
/** What is known of a file by the name that a frame gives it: asked for at each new operation. */
const files = new Map<string, { readonly path: string; readonly isChecker: boolean }>();

/** The innermost frame outside the checker; for a hint read, the frame that asked for the hint. */
export function callSite(): Site {
  const frames = framesNow(FRAMES);
  let isHint = false;
  for (let i = 0; i < frames.length; i++) {
    const { path, isChecker: isOwn } = fileOf(frames[i]!);
    if (path === '' || isOwn) continue;
    if (frames[i]!.getFunctionName() === 'hint' && path.endsWith('/memory/hint.js')) {
      isHint = true;
      continue;
    }
    return intern(frames[i]!, path, isHint);
  }
  return NOWHERE;
}

function framesNow(most: number): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = most;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return frames;
}

/** Whether the body, which runs below the checker's function `below`, was called back by the engine, as by forEach(): where that stands nobody sees. */
export function isCalledBack(below: string): boolean {
  for (const frame of framesNow(Number.POSITIVE_INFINITY)) {
    const { path, isChecker: isOwn } = fileOf(frame);
    if (isOwn && frame.getFunctionName() === below) return false;
    if (path === '') return true;
  }
  return false;
}

function intern(frame: NodeJS.CallSite, file: string, isHint: boolean): Site {
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  const key = `${file}:${line}:${column}`;
  let site = sites.get(key);
  if (!site) {
    site = { file, line, column, functionName: nameOf(frame), key, offset: offsetOf(frame), isHint };
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

/** Whether a file, by the name that a frame gives it, is the checker's own. */
export function isChecker(name: string): boolean {
  return fileNamed(name).isChecker;
}

function fileOf(frame: NodeJS.CallSite): { readonly path: string; readonly isChecker: boolean } {
  return fileNamed(frame.getFileName() ?? '');
}

function fileNamed(name: string): { readonly path: string; readonly isChecker: boolean } {
  let file = files.get(name);
  if (!file) {
    const path = name.startsWith('file:') ? fileURLToPath(name) : name.startsWith('/') ? name : '';
    file = { path, isChecker: path !== '' && isOfChecker(path) };
    files.set(name, file);
  }
  return file;
}

/** Files of the checker itself; its tests, and the programs in the folders below, are programs under test. */
function isOfChecker(file: string): boolean {
  const folder = dirname(file);
  return (folder === here || folder === join(here, 'real')) && !file.endsWith('.test.js');
}
