// Migrations over the other transports and with the other faults, and as a user starts them where they are refused.
import './migrate.test.js';
