// A report in both themes and at every width.
import './controls.test.js';
