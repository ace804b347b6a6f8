// The verify command with a whole mutant search.
import './verify.test.js';
