// Counting over sockets, and past a cell that fails.
import './counts.test.js';
