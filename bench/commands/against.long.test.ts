// `against`, whole: this build beside itself.
import './against.test.js';
