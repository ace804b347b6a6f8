// The doctor command in its other formats, and runs that keep CPUs awake.
import './doctor.test.js';
