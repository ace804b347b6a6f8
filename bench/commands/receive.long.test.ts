// The receive command against every QEMU on PATH, with every codec and number of channels.
import './receive.test.js';
