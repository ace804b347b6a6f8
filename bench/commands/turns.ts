// doctor --turns: how long turns should be on this machine.

import { writeFileSync } from 'node:fs';
import { Interrupts } from '../base/interrupts.js';
import { requireFree } from '../base/output.js';
import { seedOf } from '../base/usage-error.js';
import { measureTurnCurves } from '../doctor/turn-curves.js';
import { drawTurnCurves, renderTurnCurves } from '../doctor/turn-curves-text.js';
import { loadVariants } from '../plan/catalogue.js';
import { planOf } from '../plan/run-plan.js';
import { ProgressLine } from '../terminal/progress.js';

export interface TurnsFlags {
  readonly seed?: string;
  readonly json?: boolean;
  readonly svg?: string;
}

const DESIGN = 'mutex';
/** What one opening takes, about. */
const STEP_MS = 900;

/** Measures the curves of the default run's cells and prints them. Returns 0, or the code of a signal. */
export async function turns({ seed: asked, json, svg }: TurnsFlags): Promise<number> {
  const seed = seedOf(asked);
  // Before the minutes that measuring takes.
  requireFree('--svg', svg, { force: true });
  const interrupts = new Interrupts();
  const line = new ProgressLine();
  try {
    const [design] = await loadVariants(DESIGN);
    const { plan } = await planOf({ seed: String(seed) });
    const curves = await measureTurnCurves({
      plan,
      design: design!,
      signal: interrupts.signal,
      progress: (done, total) =>
        line.show({ round: 0, rounds: 1, done, total, what: 'turn lengths', estimateMs: total * STEP_MS }),
    });
    line.end();
    if (interrupts.code !== undefined) return interrupts.code;
    if (svg !== undefined) writeFileSync(svg, drawTurnCurves(curves));
    process.stdout.write(json ? `${JSON.stringify({ seed, curves }, null, 1)}\n` : `${renderTurnCurves(curves)}\n`);
    return 0;
  } finally {
    line.end();
    interrupts.close();
  }
}
