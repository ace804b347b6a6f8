// `run` with the workload sync, to the result.
import './workloads.test.js';
