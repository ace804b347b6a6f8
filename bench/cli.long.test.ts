// The program as a user starts it, where it refuses.
import './cli.test.js';
