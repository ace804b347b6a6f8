// What a receiver refuses over TCP, as it does over Unix sockets.
import { testBadInput } from './fixtures/bad-input.js';

testBadInput('tcp');
