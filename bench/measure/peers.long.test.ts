// Receivers of packed pages, and of threads that take long to be pinned.
import './peers.test.js';
