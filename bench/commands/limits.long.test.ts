// The limits command measures.
import './limits.test.js';
