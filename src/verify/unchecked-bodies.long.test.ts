// A body that goes on for ever, followed as far as one is.
import './unchecked-bodies.test.js';
