// What peers have taken of writes that last, as the kernel tells: a write is whole or under way, and says nothing itself.
import { readFileSync, readlinkSync } from 'node:fs';

/** Columns of /proc/net/tcp. */
const QUEUES = 4;
const INODE = 9;

/** The inode of a socket; undefined of anything else. */
export function socketInode(descriptor: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1];
  } catch {
    return undefined;
  }
}

/** Bytes that this end has written and the other's kernel has not acknowledged, by inode, of TCP. */
export function unacknowledged(): ReadonlyMap<string, number> {
  const queues = new Map<string, number>();
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readText(`/proc/self/net/${table}`).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns.length > INODE) queues.set(columns[INODE]!, Number.parseInt(columns[QUEUES]!, 16));
    }
  }
  return queues;
}

/** How often a thread of this process gave its CPU up: a writer that waits for room is woken when there is some. */
function sleeps(threadId: number): string {
  return /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readText(`/proc/self/task/${threadId}/status`))?.[1] ?? '';
}

/**
 * A text for each write under way that changes when its peer takes something. While the writing thread sleeps nothing is
 * added to what is not acknowledged, so that any byte taken makes it less; and the thread is woken only by room.
 */
export function takenSoFar(): (descriptor: number | undefined, threadId: number) => string {
  let queues: ReadonlyMap<string, number> | undefined;
  return (descriptor, threadId) => {
    const inode = descriptor === undefined ? undefined : socketInode(descriptor);
    if (inode !== undefined) queues ??= unacknowledged();
    return `${threadId === 0 ? '' : sleeps(threadId)} ${(inode && queues?.get(inode)) ?? ''}`;
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
