// The search on many simulated systems.
import './search.test.js';
