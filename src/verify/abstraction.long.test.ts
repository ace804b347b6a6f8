// Whole mutant searches on single operations and on the shipped primitives.
import './abstraction.test.js';
