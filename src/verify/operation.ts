// One operation of a thread on shared memory: what the machine executes, and how a report names it.
import { messageText } from './messages.js';
import { rangeName } from './ranges.js';
import { NOWHERE, type Site } from './site.js';

/** Kinds up to and including STEP are scheduling points; plain accesses run fused with the operation before them. */
export const LOAD = 0;
export const STORE = 1;
export const MODIFY = 2;
export const COMPARE_EXCHANGE = 3;
export const WAIT = 4;
export const NOTIFY = 5;
export const HINT = 6;
/** The three primitives as single operations: semaphore, lock, event. */
export const POST = 7;
export const TAKE = 8;
export const LOCK = 9;
export const UNLOCK = 10;
export const WAKE = 11;
/** A condition was false: asleep until the event is woken and a word that the condition read has changed. */
export const SLEEP = 12;
export const CLOSE = 13;
/** Does nothing, at a place where a mutation took an operation away. */
export const STEP = 14;
/** A plain write that may race with hint reads: where it falls makes a difference. */
export const HINT_STORE = 15;
/** A message is put into a queue, or taken out of one if one is there. */
export const SEND = 16;
export const RECEIVE = 17;
/** The thread is at its event loop, until there is a message in one of some queues, or a promise of waitAsync is due. */
export const TASK = 18;
/** Whether the word is as expected; then the thread is in the waiter list, and goes on. */
export const WAIT_LATER = 19;
const LAST_SCHEDULED = WAIT_LATER;
export const PLAIN_LOAD = 20;
export const PLAIN_STORE = 21;
/** The thread's history up to here is replaced by the digest it gave of its local state. */
export const CHECKPOINT = 22;
export const RETURN = 23;
export const THROW = 24;
/** The thread is in a loop of plain reads. */
export const SPIN = 25;
/** Sets a word that only the scenario's hooks look at: no access of the program, and no scheduling point. */
export const GHOST = 26;
/** The rest of an atomic access of 64 bits: happens at once with the operation before it. */
export const LOAD_REST = 27;
export const STORE_REST = 28;
/** The thread is not followed any further: a bound of the search. */
export const CUT = 29;

/** Functions of MODIFY. */
export const ADD = 0;
export const SUB = 1;
export const AND = 2;
export const OR = 3;
export const XOR = 4;
export const EXCHANGE = 5;

/** Added to a semaphore's count, a lock's or an event's word once it is closed; the primitives in src/memory use the same bit. */
export const CLOSED = 1 << 30;

const NAMES = [
  'Atomics.load',
  'Atomics.store',
  'Atomics.modify',
  'Atomics.compareExchange',
  'Atomics.wait',
  'Atomics.notify',
  'hint',
  'post',
  'wait',
  'lock',
  'unlock',
  'wake',
  'until',
  'close',
  'nothing',
  'plain write',
  'postMessage',
  'receiveMessageOnPort',
  'message',
  'Atomics.waitAsync',
  'plain read',
  'plain write',
  'checkpoint',
  'return',
  'throw',
  'spin',
  'ghost',
  'Atomics.load',
  'Atomics.store',
  'not followed further',
];
const MODIFIERS = ['add', 'sub', 'and', 'or', 'xor', 'exchange'];

export interface Operation {
  kind: number;
  /** Index of the shared word, and its slot in the machine; -1 for kinds without one. Of messages, the queue's number. */
  word: number;
  /** Which bytes of the word (see ranges.ts). */
  range: number;
  slot: number;
  /** Operand: value stored or added, expected value, most threads to notify or wake, number of a message. */
  a: number;
  /** Second operand: the replacement of a compare-exchange; 1 for a wait that may time out, and for a plain access that may tear. */
  b: number;
  /** Function of a MODIFY; the rule that a HINT is read by (see hint-sites.ts); the high half that a wait of 64 bits expects; the number of a promise. */
  modifier: number;
  site: Site;
  /** The program throws the result away, so that it does not distinguish histories. */
  discards: boolean;
  /** Slot of the event whose condition this read belongs to (or that a SLEEP sleeps on), else -1. */
  event: number;
  /** The first read of a condition: it announces the thread to the event. */
  announces: boolean;
  /**
   * Of a SLEEP: slots the condition read, each followed by the value it saw; and the node where the condition starts. Of
   * a WAIT of 64 bits: the slot of the high half, and what is expected there. Of a TASK: where it may come from.
   */
  reads: Int32Array | null;
  headNode: number;
  /** Returned or thrown value, a checkpoint's digest, or where a TASK may come from. */
  value: unknown;
  /** How a mutation changed the call that this operation came from. */
  mutation: string;
}

/** What a thread comes to at its end: RETURN or THROW, with the value. */
export function ending(kind: number, value: unknown): Operation {
  return {
    kind,
    word: -1,
    range: 0,
    slot: -1,
    a: 0,
    b: 0,
    modifier: 0,
    site: NOWHERE,
    discards: false,
    event: -1,
    announces: false,
    reads: null,
    headNode: -1,
    value,
    mutation: '',
  };
}

/** Whether it is on a queue of messages instead of a word. */
export function isOnQueue(kind: number): boolean {
  return kind === SEND || kind === RECEIVE || kind === TASK;
}

export function isScheduled(kind: number): boolean {
  return kind <= LAST_SCHEDULED;
}

export function isRead(kind: number): boolean {
  return kind === LOAD || kind === HINT || kind === PLAIN_LOAD || kind === LOAD_REST;
}

/** Whether a recorded read's value is what the thread saw: a discarded one's is not kept. */
export function keepsValue(operation: Operation): boolean {
  return isRead(operation.kind) && !(operation.kind === LOAD && operation.discards);
}

/** `Atomics.add`, `plain read`, `post`: the operation without its operands. */
export function operationName(kind: number, modifier: number): string {
  return kind === MODIFY ? `Atomics.${MODIFIERS[modifier]}` : NAMES[kind]!;
}

/** The operation as a reader of the program would write it. */
export function describe(operation: Operation, nameOf: (word: number) => string): string {
  const { kind, a, b } = operation;
  const name = operationName(kind, operation.modifier);
  const word = operation.word < 0 || isOnQueue(kind) ? '' : nameOf(operation.word) + rangeName(operation.range);
  switch (kind) {
    case STORE:
    case STORE_REST:
    case MODIFY:
      return `${name}(${word}, ${a})`;
    case COMPARE_EXCHANGE:
      return `${name}(${word}, ${a}, ${b})`;
    case WAIT:
    case WAIT_LATER:
      return `${name}(${word}, ${a}${b === 1 ? ', timeout' : ''})`;
    case NOTIFY:
      return `${name}(${word}${a === ALL ? '' : `, ${a}`})`;
    case PLAIN_STORE:
    case HINT_STORE:
      return `${word} = ${a}`;
    case PLAIN_LOAD:
      return word;
    case POST:
    case TAKE:
    case LOCK:
    case UNLOCK:
    case WAKE:
    case SLEEP:
    case CLOSE:
      return `${word}.${kind === WAKE && a === 1 ? 'wakeOne' : name}()`;
    case SEND:
      return `${queueName(operation.word)}.${name}(${messageText(a)})`;
    case RECEIVE:
      return `${name}(${queueName(operation.word)})`;
    case TASK:
      return taskName(name, Array.from(operation.reads!, sourceName));
    case STEP:
      return `(${operation.mutation})`;
    default:
      return word === '' ? name : `${name}(${word})`;
  }
}

function taskName(name: string, sources: readonly string[]): string {
  const isPromise = sources.length > 0 && sources.every((source) => source === LATER);
  return isPromise ? `promise of ${LATER}` : `${name} of ${sources.join(' or ') || 'nobody'}`;
}

const LATER = 'Atomics.waitAsync';

/** Where a task may come from: a queue, or (below 0) a promise. */
function sourceName(source: number): string {
  return source < 0 ? LATER : queueName(source);
}

/** Queues are numbered by twos, the ways of a port. */
function queueName(queue: number): string {
  return `port[${queue >> 1}]`;
}

/** The count of a notify or wake that is for everybody. */
export const ALL = 0x7fffffff;

/** Applies the function of a MODIFY. */
export function modify(modifier: number, old: number, operand: number): number {
  switch (modifier) {
    case ADD:
      return (old + operand) | 0;
    case SUB:
      return (old - operand) | 0;
    case AND:
      return old & operand;
    case OR:
      return old | operand;
    case XOR:
      return old ^ operand;
    default:
      return operand;
  }
}
