// Migrations into every real QEMU, by every threaded design, codec and number of channels.
import './send.test.js';
