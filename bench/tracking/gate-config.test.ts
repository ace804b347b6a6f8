// The gate's config file: rules by cell, and what is wrong in one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holds, rowsOf, slower, stopOf, temporary } from './fixtures/made-up-gate.js';
import { DEFAULT_THRESHOLDS, readGateConfig, thresholdsFor } from './gate-config.js';

describe('the config file', () => {
  const write = (document: unknown) => {
    const path = join(temporary(), 'multifd-bench.json');
    writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
    return path;
  };

  it('has rules by cell, the later over the earlier', () => {
    const config = readGateConfig(
      write({
        gate: {
          defaults: { relative: 0.08 },
          rules: [
            { cells: 'variant=mutex', relative: 0.2 },
            { cells: 'channels>1', noiseFactor: 3 },
            { cells: 'variant=mutex channels=4', ignore: true },
          ],
        },
      }),
    );
    const of = (cell: string) => thresholdsFor(config, (terms) => holds(terms, cell, 'jobsPerSecond'));
    expect(of('t mutex channels=2')).toEqual({ ...DEFAULT_THRESHOLDS, relative: 0.2, noiseFactor: 3 });
    expect(of('t atomic-barrier channels=1')).toEqual({ ...DEFAULT_THRESHOLDS, relative: 0.08 });
    expect(of('t mutex channels=4')).toBeUndefined();
    expect(
      stopOf(
        rowsOf(slower(0.1), {
          thresholds: (cell, metric) => thresholdsFor(config, (terms) => holds(terms, cell, metric)),
        }),
      ),
    ).toEqual(new Set(['passed relative']));
  });

  it.each([
    [{ gate: { defaults: { relative: 8 } } }, 'gate.defaults.relative: got "8", takes numbers <= 1'],
    [{ gate: { rules: [{ relative: 0.1 }] } }, 'gate.rules[0].cells: not there'],
    [{ gate: { rules: [{ cells: 'channels>1', noise: 3 }] } }, 'gate.rules[0].noise: no such field'],
    [{ gates: {} }, 'gates: no such field'],
    ['{', 'JSON'],
  ])('that is wrong is named with the field: %j', (document, message) => {
    const path = write(document);
    expect(() => readGateConfig(path)).toThrow(new RegExp(`^${path}: `));
    expect(() => readGateConfig(path)).toThrow(message);
  });

  it('that is asked for must be there', () => {
    expect(() => readGateConfig('/nonexistent/x.json')).toThrow('/nonexistent/x.json: no such file');
  });
});
