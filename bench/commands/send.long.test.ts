// The send command by the streams of other QEMUs, and as a user starts it where it refuses.
import './send.test.js';
