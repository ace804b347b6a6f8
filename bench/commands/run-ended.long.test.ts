// Runs that are ended by SIGTERM, with their parent or with their receiver, and gone on with.
import './run-ended.test.js';
