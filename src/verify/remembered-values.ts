// What a thread remembers, as text: equal for values that are alike, whichever objects they are made of.
import { types } from 'node:util';
import { SimulatedBuffer, spanOf } from './views.js';

/** Objects of one thread that are written down; with more, nothing is said. */
const MOST_OBJECTS = 4000;

/** Thrown at something whose state cannot be seen. */
export const UNSEEN = Symbol('unseen');

/** What only a debugger sees. */
export interface Inside {
  /** The variables that a function has from around it, or the private fields of an object; undefined if unknown. */
  of(value: object): readonly (readonly [name: string, value: unknown])[] | undefined;
}

/**
 * Objects that another execution of a thread had as well: they were there before, so they are none of its memory.
 * What the body makes is made anew each time.
 */
export class Outside {
  private readonly seen = new WeakMap<object, number>();
  private readonly ids = new WeakMap<object, number>();
  private execution = 0;
  private known = 0;

  /** Another execution of the body begins. */
  next(): void {
    this.execution++;
  }

  /** A number for an object from outside; 0 for others, as far as is known. */
  idOf(value: object): number {
    const first = this.seen.get(value);
    if (first === undefined) this.seen.set(value, this.execution);
    if (first === undefined || first === this.execution) return 0;
    let id = this.ids.get(value);
    if (id === undefined) {
      id = ++this.known;
      this.ids.set(value, id);
    }
    return id;
  }
}

/** Writes values down, depth first; an object that comes again is named by its number. */
export class Writer {
  private readonly parts: string[] = [];
  private readonly numbers = new Map<object, number>();
  private readonly outside: Outside;
  private readonly inside: Inside;

  constructor(outside: Outside, inside: Inside) {
    this.outside = outside;
    this.inside = inside;
  }

  get text(): string {
    return this.parts.join(' ');
  }

  note(text: string): void {
    this.parts.push(text);
  }

  /** Throws UNSEEN for what has a state that nobody sees. */
  write(value: unknown): void {
    if (typeof value === 'function') this.writeFunction(value);
    else if (typeof value === 'object' && value !== null) this.writeObject(value);
    else if (typeof value === 'symbol') throw UNSEEN;
    else
      this.note(
        typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : `${typeof value} ${value}`,
      );
  }

  /** Whether it was written before, or is from outside. */
  private isKnown(value: object): boolean {
    const number = this.numbers.get(value);
    if (number !== undefined) {
      this.note(`#${number}`);
      return true;
    }
    const id = this.outside.idOf(value);
    if (id > 0) {
      this.note(`outside${id}`);
      return true;
    }
    if (this.numbers.size === MOST_OBJECTS) throw UNSEEN;
    this.numbers.set(value, this.numbers.size);
    return false;
  }

  private writeFunction(value: object): void {
    if (this.isKnown(value)) return;
    const text = Function.prototype.toString.call(value);
    const around = this.inside.of(value);
    if (!around || text.endsWith('{ [native code] }')) throw UNSEEN;
    this.note(text);
    this.writeAll(around);
    this.writeProperties(value);
  }

  private writeObject(value: object): void {
    const span = spanOf(value);
    if (span) this.note(`view ${span.element.name} ${span.first} ${span.length}`);
    else if (value instanceof SimulatedBuffer) this.note('buffer');
    else if (!this.isKnown(value)) this.writeNew(value);
  }

  private writeNew(value: object): void {
    if (isHidden(value)) throw UNSEEN;
    if (types.isMap(value)) this.writeAll([...value].flat());
    else if (types.isSet(value)) this.writeAll([...value]);
    else if (types.isDate(value)) this.note(String(value.getTime()));
    else if (types.isRegExp(value)) this.note(`${value} ${value.lastIndex}`);
    else if (types.isAnyArrayBuffer(value)) this.note(Buffer.from(value).toString('base64'));
    const prototype = Object.getPrototypeOf(value) as object | null;
    this.note(prototype === null ? '{' : `${constructorOf(prototype)} {`);
    if (hasPrivate(prototype)) {
      const fields = this.inside.of(value);
      if (!fields) throw UNSEEN;
      this.writeAll(fields.flat());
    }
    this.writeProperties(value);
    this.note('}');
  }

  private writeAll(values: readonly unknown[]): void {
    for (const each of values) {
      if (Array.isArray(each)) this.writeAll(each);
      else this.write(each);
    }
  }

  private writeProperties(value: object): void {
    for (const name of Reflect.ownKeys(value)) {
      const { value: own, get, set } = Object.getOwnPropertyDescriptor(value, name)!;
      this.note(String(name));
      // An accessor remembers what its functions have around them.
      for (const each of get || set ? [get, set] : [own]) this.write(each);
    }
  }
}

function constructorOf(prototype: object): string {
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as { name?: string } | undefined;
  return made?.name ?? '';
}

/** Whether the class of an object, or one that it extends, has fields that only it sees. */
function hasPrivate(prototype: object | null): boolean {
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    const made: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof made === 'function' && /#\w/.test(Function.prototype.toString.call(made))) return true;
  }
  return false;
}

/** Objects with a state that neither their properties nor a debugger show. */
function isHidden(value: object): boolean {
  return (
    types.isProxy(value) ||
    types.isPromise(value) ||
    types.isGeneratorObject(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    /(?:Iterator|WeakRef)\]$/.test(Object.prototype.toString.call(value))
  );
}
