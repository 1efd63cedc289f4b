/** `npm test`: everything. Arguments after `--` go to Vitest. */
import { verify } from './verify.ts';

await verify(process.argv.slice(2));
