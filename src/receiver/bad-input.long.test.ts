// What a receiver refuses over TCP, as it does over Unix sockets, and the rest of it there.
import { testBadInput } from './fixtures/bad-input.js';

testBadInput('tcp');
testBadInput('unix');
