// Builds of other commits that share their packages, and of one that is too old to be driven.
import './build.test.js';
