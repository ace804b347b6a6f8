// history as a process, over made-up runs of this project's own commits.
import './gate.test.js';
