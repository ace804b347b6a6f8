// The profile command with axis flags, and as a user starts it where it refuses; counts in TSV.
import './profile.test.js';
