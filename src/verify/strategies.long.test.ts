// The search strategies where they have more to search.
import './strategies.test.js';
