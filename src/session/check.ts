// The check that every cell ends with: what was handed over was sent exactly once, whole, and nothing else was.
import { addTallies, type TallySum, xorBelow } from '../sender/tally.js';
import { transports } from '../transport/index.js';
import { type Cell, CellFailure } from './cell.js';
import type { ThreadReport } from './messages.js';

/** Compares both sides' counts after `slices` slices; throws CellFailure that names the first difference. */
export function checkVisit(cell: Cell, slices: number, reports: readonly ThreadReport[]) {
  const channels = reports.flatMap(({ tallies }) => tallies);
  const sent = addTallies(channels.map(({ tally }) => tally));
  const handed = reports.flatMap((report) => (report.handed ? [report.handed] : []));
  const jobs = handed.reduce((sum, each) => sum + each.jobs, 0);
  const pages = handed.reduce((sum, each) => sum + each.pages, 0);
  same('jobs', jobs, sent.jobs);
  same('pages', pages, sent.pages);
  same(
    'sum of job numbers',
    sum(handed, (each) => sumBelow(each.jobs)),
    sent.sequenceSum,
  );
  same(
    'exclusive-or of job numbers',
    handed.reduce((xor, each) => xor ^ xorBelow(each.jobs), 0),
    sent.sequenceXor,
  );
  if (cell.workload === 'throughput') same('SYNCs', slices * cell.channels, sent.syncs);
  if (sent.packets > 0) checkPackets(sent);
  // Under precopy the RAM changes while it is sent: what arrived is for the receiver to compare.
  if (transports[cell.transport]!.movesBytes && cell.workload !== 'precopy' && cell.workload !== 'ceiling') {
    const expected = handed.reduce((all, each) => (all + each.checksum) | 0, 0);
    same('checksum of pages', expected, sent.checksum);
  }
  const jobsPerChannel = Array.from({ length: cell.channels }, () => 0);
  for (const { channel, tally } of channels) jobsPerChannel[channel] = tally.jobs;
  const jobsPerRequester = reports.slice(0, cell.requesters).map((report) => report.handed?.jobs ?? 0);
  return { jobs, pages, syncs: sent.syncs, chunks: sent.chunks, jobsPerChannel, jobsPerRequester };
}

/** I6: packet numbers are unique and dense. */
function checkPackets(sent: TallySum): void {
  same('packets', sent.jobs - sent.chunks + sent.syncs, sent.packets);
  same('sum of packet numbers', sumBelow(sent.packets), sent.packetSum);
  same('exclusive-or of packet numbers', xorBelow(sent.packets), sent.packetXor);
}

function same(what: string, expected: number, got: number): void {
  if (expected !== got) throw new CellFailure(`exactly once: ${what}: ${expected} handed over, ${got} sent`);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** 0 + 1 + .. + (count - 1). */
function sumBelow(count: number): number {
  return (count * (count - 1)) / 2;
}
