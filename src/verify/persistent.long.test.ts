// Transitions left out, in many more drawn programs.
import './persistent.test.js';
