/** `npm run check`: what can be said in seconds, for use while writing. */
import { verify } from './verify.ts';

await verify(['test/core/', 'test/contract/', 'test/architecture.test.ts', ...process.argv.slice(2)]);
