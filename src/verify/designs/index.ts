// Designs under the checker: any variant of src/sender/variant.ts whose two sides block.
export { type Checked, type CheckedFinding, type CheckedScenario, type CheckOptions, joinParts } from './check.js';
export { checkDesign } from './check-design.js';
export { type DesignPlan, describePlan, type Step } from './plan.js';
export { designScenario, whyNotModelled } from './scenario.js';
export { type DesignBounds, designSuite, MOST_CHANNELS, MOST_JOBS, upstreamSuite } from './suite.js';
