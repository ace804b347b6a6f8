// The other default variants over real sockets.
import './sockets.test.js';
