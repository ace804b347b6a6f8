// More random sequences.
import './sequences.test.js';
