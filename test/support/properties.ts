/** In CI the property tests draw the same cases every time: a red build must mean the change, not the dice. */
import fc from 'fast-check';

if (process.env.CI === 'true') fc.configureGlobal({ seed: 20_261_123 });
