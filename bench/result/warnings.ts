// What a reader of a result must know before its numbers.
import type { Measured } from '../measure/measure.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';

export function warningsOf({ stopped, finishedRounds }: Measured): string[] {
  const warnings: string[] = [];
  if (stopped === 'interrupted') warnings.push('interrupted: only the finished rounds are here');
  if (stopped === 'killed') warnings.push('a process of the run was killed: only the finished rounds are here');
  if (finishedRounds < LEAST_PROCESSES) {
    warnings.push(`too few processes for a verdict: ${finishedRounds} of at least ${LEAST_PROCESSES}`);
  }
  return warnings;
}
