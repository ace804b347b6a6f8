// verify over programs, as a process.
import './verify-program.test.js';
