// A sender that stalls, in open loops of the other designs.
import './hand-off.test.js';
