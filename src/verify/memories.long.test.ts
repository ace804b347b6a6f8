// Many drawn programs, with and without what their threads remember.
import './memories.test.js';
