// The machine against the axioms on more random programs.
import './litmus.test.js';
