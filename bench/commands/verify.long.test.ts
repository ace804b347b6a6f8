// The verify command with a whole mutant search, and as a user starts it where it refuses.
import './verify.test.js';
