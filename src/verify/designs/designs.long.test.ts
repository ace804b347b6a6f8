// A design with too many states is bounded by preemptions, and says so.
import './designs.test.js';
