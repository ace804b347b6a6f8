// More random command lines of each command.
import './arguments.test.js';
