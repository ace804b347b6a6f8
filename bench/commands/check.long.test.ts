// The check command: a design that is right passes each part, and one that hangs or dies is ended.
import './check.test.js';
