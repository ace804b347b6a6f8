// Loops that write while they try again, in classes and closures, and a livelock of three.
import './retries.test.js';
