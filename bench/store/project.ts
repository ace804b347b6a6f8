// Where the project is: the folder above dist/.
import { fileURLToPath } from 'node:url';

/** With a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
