// Every registered variant under the model checker, at the bounds at which QEMU's are searched in the first tier.
import './verified.test.js';
