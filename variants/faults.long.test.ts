// Every threaded variant under every fault, over every number of channels.
import './faults.test.js';
