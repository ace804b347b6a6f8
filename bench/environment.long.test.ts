// A narrow terminal without colours, for real.
import './environment.test.js';
