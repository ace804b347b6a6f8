// Runs the conformance suite over one design in child processes: a new one after each test that fails.
import { fork } from 'node:child_process';
import { CONFORMANCE } from '../../src/conformance/conformance.js';
import { NO_SHARED_MEMORY } from '../../src/memory/shared-memory.js';
import type { Listed } from '../plan/catalogue.js';
import type { ConformanceMessage, ConformanceStart } from './conformance-process.js';

export interface Tested {
  readonly title: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'not-run';
  /** Why, unless it passed. */
  readonly reason?: string;
  readonly tookMs?: number;
}

/** A design that fails so many tests is told so; each may cost the time of a hang. */
const MOST_FAILURES = 3;
/** The process itself ends what hangs, sooner. */
const SILENCE_MS = 20_000;

/**
 * Resolves with every test of the suite, in order. Told before each test: its title, and how many came before it. Rejects where
 * there is no shared memory: that is no fault of the design.
 */
export async function conform(
  { variant, source }: Pick<Listed, 'variant' | 'source'>,
  onProgress: (title: string, done: number) => void,
  mostFailures = MOST_FAILURES,
): Promise<Tested[]> {
  const tested: Tested[] = CONFORMANCE.map((test) => {
    const skipped = test.skipped(variant);
    const { title } = test;
    return skipped === undefined ? { title, status: 'not-run' } : { title, status: 'skipped', reason: skipped };
  });
  let from = 0;
  let failures = 0;
  while (failures < mostFailures && tested.some(({ status }, index) => status === 'not-run' && index >= from)) {
    const first = tested.findIndex(({ status }, index) => status === 'not-run' && index >= from);
    const failed = await runFrom({ source, from: first }, tested, onProgress);
    if (failed === undefined) break;
    from = failed + 1;
    failures++;
  }
  const reason = `not run after ${failures} failure${failures === 1 ? '' : 's'}`;
  return tested.map((each) => (each.status === 'not-run' ? { ...each, reason } : each));
}

/** Fills in what one process finds; resolves with the index of the test that failed, if one did. */
function runFrom(
  start: ConformanceStart,
  tested: Tested[],
  onProgress: (title: string, done: number) => void,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./conformance-process.js', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    let at = start.from;
    let failed: number | undefined;
    const fail = (reason: string, tookMs?: number) => {
      const { title } = tested[at]!;
      tested[at] = { title, status: 'failed', reason, ...(tookMs === undefined ? {} : { tookMs }) };
      failed = at;
    };
    const silence = setTimeout(() => {
      fail(`no answer in ${SILENCE_MS / 1000} s`);
      child.kill('SIGKILL');
    }, SILENCE_MS);
    child.on('message', (message: ConformanceMessage) => {
      silence.refresh();
      at = message.index;
      const { title } = tested[at]!;
      if (message.kind === 'begun') onProgress(title, at);
      else if (message.kind === 'passed') tested[at] = { title, status: 'passed', tookMs: message.tookMs };
      else if (message.reason.startsWith(NO_SHARED_MEMORY)) reject(new Error(message.reason));
      else fail(message.reason, message.tookMs);
    });
    child.once('error', (error) => {
      fail(`no process for it: ${error.message}`);
      clearTimeout(silence);
      resolve(failed);
    });
    // Its last words may be read after its end is known: both are waited for.
    const ended = new Promise<string>((done) => child.once('exit', (code, signal) => done(signal ?? `code ${code}`)));
    const heard = new Promise<void>((done) => child.once('disconnect', done));
    void Promise.all([ended, heard]).then(([how]) => {
      clearTimeout(silence);
      const isLeft = tested.some(({ status }, index) => status === 'not-run' && index >= at);
      if (failed === undefined && isLeft) fail(`its process ended with ${how}`);
      resolve(failed);
    });
    child.send(start, () => {});
  });
}
