// Reports of each kind in a real browser.
import './browser.test.js';
