// Resampled processes cover the truth of the universal scalability law.
import './usl.test.js';
