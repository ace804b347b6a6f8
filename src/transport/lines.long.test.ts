// Lines of Unix sockets whose peer closes between two packets.
import './lines.test.js';
