// run as a user starts it: its tables, its TSV, and when it stops by itself.
import './run.test.js';
