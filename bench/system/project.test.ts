// Where runs are kept: one rule for all commands, in a checkout and where the package is installed.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT, WORKPLACE, workplaceOf } from './project.js';

describe('results/', () => {
  it('is where the user stands, of an installed package', () => {
    expect(workplaceOf('/home/u/app/node_modules/multifd-bench/', '/home/u/app')).toBe('/home/u/app/');
    expect(workplaceOf('/usr/lib/node_modules/multifd-bench/', '/tmp')).toBe('/tmp/');
  });

  it('is that of the checkout, from whichever folder a command is started', () => {
    expect(workplaceOf('/home/u/multifd-bench/', join('/home/u/multifd-bench', 'docs'))).toBe('/home/u/multifd-bench/');
    expect(WORKPLACE).toBe(PROJECT);
  });
});
