/** Structured log on stderr. Secrets never get here: messages are written by hand, and keys and URLs are redacted. */
import pino from 'pino';

export type Log = pino.Logger;

export const createLog = (level: string): Log =>
  pino(
    {
      level,
      base: undefined,
      redact: ['authorization', 'key', 'url', 'password', '*.authorization', '*.key', '*.url', '*.password'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
