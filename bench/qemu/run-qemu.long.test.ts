// run --peer qemu measures with every QEMU on PATH, and is interrupted.
import './run-qemu.test.js';
