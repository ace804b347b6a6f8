// The driver against every QEMU on PATH, with guests that dirty their RAM.
import './qemu.test.js';
