// The tune command as a user starts it, where it refuses.
import './tune.test.js';
