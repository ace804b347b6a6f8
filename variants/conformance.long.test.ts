// The conformance suite over 16 and 64 channels, for the designs that the first tier leaves out.
import './conformance.test.js';
