// What writes this repository's own docs: `npm run readme`, `npm run qemu` and the like. Not part of the package.
import { Command } from 'commander';
import { failureOf } from '../bench/base/failure.js';
import { declareLinks } from './links.js';
import { declareMigrations } from './migrations.js';
import { declareQemu } from './qemu.js';
import { declareReadme } from './readme.js';
import { declareSearches } from './searches.js';
import { declareUpstream } from './upstream.js';

const program = new Command('tools')
  .description("Measures what this repository's docs say, and writes it into them.")
  .exitOverride();
const declarations = [declareReadme, declareLinks, declareMigrations, declareQemu, declareSearches, declareUpstream];
for (const declare of declarations) declare(program);

try {
  await program.parseAsync();
} catch (cause) {
  const { code, message } = failureOf(cause);
  if (message !== undefined) process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
