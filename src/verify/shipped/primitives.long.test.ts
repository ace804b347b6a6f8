// The primitives as shipped: the searches that take long, and every mutant.
import './primitives.test.js';
