// A package that is loaded when it is first needed: most commands need none of these, and each takes some 50 ms.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @param name of a CommonJS package, or of a module in one */
export function loadLate<Module>(name: string): () => Module {
  let module: Module | undefined;
  return () => {
    module ??= require(name) as Module;
    return module;
  };
}
