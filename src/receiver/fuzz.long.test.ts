// Captured streams, cut at the other places.
import './fuzz.test.js';
