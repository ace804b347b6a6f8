// The checker against real threads on more schedules.
import './cross-check.test.js';
