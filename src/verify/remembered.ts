// What a thread remembers where it stands: its position and all its variables, seen through the engine's own debugger.
import { type Debugger, type Runtime, Session } from 'node:inspector';
import { setImmediate } from 'node:timers';
import { type Program, parse } from 'acorn';
import { type Visible, visibleAt } from './remembered-names.js';
import { type Outside, UNSEEN, Writer } from './remembered-values.js';
import { isCalledBack, isChecker } from './site.js';

/** A program's text, and where its lines begin. */
interface Script {
  readonly program: Program | null;
  readonly lines: readonly number[];
}

interface Properties extends Runtime.GetPropertiesReturnType {
  /** The types do not know it. */
  readonly privateProperties?: readonly Runtime.PropertyDescriptor[];
}

/** Where evaluated expressions hand over what they see. */
const HANDED = Symbol.for('multifd-bench verify');
const scope = globalThis as unknown as Record<symbol, unknown>;
/** What objects are kept for, of one look. */
const GROUP = 'verify';

/**
 * A session with this very thread: a `debugger` statement calls back at once, and what is asked is answered at once.
 * Thread bodies are looked at as they are, without a transform: all frames, closures and private fields.
 */
class Debugging {
  private readonly session = new Session();
  private readonly scripts = new Map<string, Script>();
  private readonly urls = new Map<string, string>();
  private isOn = false;
  private onPause: ((frames: readonly Debugger.CallFrame[]) => void) | null = null;

  constructor() {
    this.session.connect();
    this.session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => this.urls.set(scriptId, url));
    this.session.on('Debugger.paused', ({ params }) => this.onPause?.(params.callFrames));
  }

  /**
   * Calls `look` with the frames that call this, innermost first. The engine tells of all scripts as it is asked first,
   * which takes some 100 ms: so it stays asked until the work under way is done, and its thread has nothing else to do.
   */
  pause(look: (frames: readonly Debugger.CallFrame[]) => void): void {
    if (!this.isOn) {
      this.post('Debugger.enable');
      setImmediate(() => this.rest()).unref();
    }
    this.isOn = true;
    this.onPause = look;
    // biome-ignore lint/suspicious/noDebugger: it is what this is for
    debugger;
    this.onPause = null;
    this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }

  /** Ends what slows all code down a little. */
  private rest(): void {
    this.post('Debugger.disable');
    this.isOn = false;
    this.scripts.clear();
    this.urls.clear();
  }

  /** Whether a frame is of the checker itself. */
  isOwn({ location: { scriptId } }: Debugger.CallFrame): boolean {
    return isChecker(this.urls.get(scriptId) ?? '');
  }

  /** What is in scope where a frame stands; undefined where its text cannot be read. */
  visible({ location: { scriptId, lineNumber, columnNumber = 0 } }: Debugger.CallFrame): Visible | undefined {
    const { program, lines } = this.script(scriptId);
    return program ? visibleAt(program, lines[lineNumber]! + columnNumber) : undefined;
  }

  /** The values of names in a frame, and its `this`; what is not there is left out. */
  values({ callFrameId }: Debugger.CallFrame, names: readonly string[]): (readonly [string, unknown])[] {
    const tried = ['this', ...names].map((name) => `(()=>{try{return [${JSON.stringify(name)},${name}]}catch{}})()`);
    scope[HANDED] = undefined;
    const expression = `void(globalThis[Symbol.for(${JSON.stringify(HANDED.description)})]=[${tried.join(',')}])`;
    const { exceptionDetails } = this.post('Debugger.evaluateOnCallFrame', { callFrameId, expression, silent: true });
    const handed = scope[HANDED] as ([string, unknown] | undefined)[] | undefined;
    if (exceptionDetails || !handed) throw UNSEEN;
    return handed.filter((each) => each !== undefined);
  }

  /** What only a debugger sees of a function or an object. */
  of(value: object): (readonly [string, unknown])[] | undefined {
    scope[HANDED] = value;
    const expression = `globalThis[Symbol.for(${JSON.stringify(HANDED.description)})]`;
    const { result } = this.post('Runtime.evaluate', { expression, objectGroup: GROUP, silent: true });
    if (!result.objectId) return undefined;
    const { internalProperties = [], privateProperties = [] } = this.properties(result.objectId);
    if (typeof value !== 'function') return this.real(privateProperties.filter((each) => each.value));
    const scopes = internalProperties.find(({ name }) => name === '[[Scopes]]')?.value?.objectId;
    if (!scopes) return undefined;
    return this.properties(scopes).result.flatMap(({ value: around }) => {
      if (!around?.objectId || !/^(?:Closure|Block|Catch|Local|With)/.test(around.description ?? '')) return [];
      return this.real(this.properties(around.objectId).result);
    });
  }

  private properties(objectId: string): Properties {
    return this.post('Runtime.getProperties', { objectId, ownProperties: true });
  }

  /** The values that messages stand for: of objects all in one go, as each question takes its time. */
  private real(properties: readonly Runtime.PropertyDescriptor[]): (readonly [string, unknown])[] {
    const objects = properties.flatMap(({ value }) => (value?.objectId ? [{ objectId: value.objectId }] : []));
    scope[HANDED] = [];
    if (objects.length > 0) {
      const functionDeclaration = `function(...all){globalThis[Symbol.for(${JSON.stringify(HANDED.description)})]=all}`;
      const [{ objectId }] = objects as [{ objectId: string }];
      this.post('Runtime.callFunctionOn', { objectId, functionDeclaration, arguments: objects, silent: true });
    }
    const handed = (scope[HANDED] as unknown[]).values();
    return properties.map(({ name, value }) => {
      if (value?.objectId) return [name, handed.next().value];
      return [name, value?.unserializableValue ?? (value?.value as unknown)];
    });
  }

  private script(scriptId: string): Script {
    let script = this.scripts.get(scriptId);
    if (!script) {
      const { scriptSource } = this.post('Debugger.getScriptSource', { scriptId });
      const lines = [0];
      for (let at = scriptSource.indexOf('\n'); at >= 0; at = scriptSource.indexOf('\n', at + 1)) lines.push(at + 1);
      script = { program: parsed(scriptSource), lines };
      this.scripts.set(scriptId, script);
    }
    return script;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the session's own overloads are by method
  private post(method: string, params: object = {}): any {
    let answer: unknown;
    let failure: Error | null = null;
    this.session.post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure) throw UNSEEN;
    return answer;
  }
}

function parsed(text: string): Program | null {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parse(text, { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true });
    } catch {}
  }
  return null;
}

let debugging: Debugging | null = null;

/** Where the body ends: below it stand the checker's own frames. */
const BELOW = 'record';

/**
 * Writes down what the thread that runs now remembers; undefined if some of it cannot be seen. Called through the
 * body, at one of its operations. `outside` is to have seen another execution of the body before.
 */
export function remembered(outside: Outside): string | undefined {
  debugging ??= new Debugging();
  const session = debugging;
  outside.next();
  if (isCalledBack(BELOW)) return undefined;
  const writer = new Writer(outside, session);
  let isSeen = false;
  session.pause((frames) => {
    try {
      for (const frame of frames) {
        const isOwn = session.isOwn(frame);
        if (isOwn && frame.functionName === BELOW) {
          isSeen = true;
          return;
        }
        if (isOwn) continue;
        const visible = session.visible(frame);
        if (!visible || visible.hasMore) return;
        const { scriptId, lineNumber, columnNumber } = frame.location;
        writer.note(`at ${scriptId}:${lineNumber}:${columnNumber}`);
        for (const [name, value] of session.values(frame, visible.names)) {
          writer.note(name);
          writer.write(value);
        }
      }
    } catch (error) {
      isSeen = false;
      if (error !== UNSEEN) throw error;
    }
  });
  return isSeen ? writer.text : undefined;
}
