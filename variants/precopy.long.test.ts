// A RAM that is dirtied while the other designs migrate it, and SYNCs that are ignored.
import './precopy.test.js';
