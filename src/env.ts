/** The only reader of the environment: what may be set, its default and what it is for. */
import { z } from 'zod';
import { SettingsInvalid } from './core/errors.ts';

const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

export const envSchema = z.object({
  DATABASE_URL: optional(z.url()).describe(
    'PostgreSQL 15–18 to use. Unset: the embedded one in `UNDERCURRENT_DATA`.',
  ),
  DATABASE_READ_URL: optional(z.url()).describe(
    'A replica that GraphQL queries read from. Unset: `DATABASE_URL`.',
  ),
  UNDERCURRENT_DATA: z
    .preprocess((value) => (value === '' ? undefined : value), z.string().default('./.undercurrent'))
    .describe('Folder of the embedded database and of the copies of timelines that large rescores use.'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4000)
    .describe('Port of the HTTP server; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address it listens on.'),
  PUBLIC_URL: optional(z.url()).describe(
    'Where people reach it, for links in digests. Unset: `http://HOST:PORT`.',
  ),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much is logged to stderr.'),
  SMTP_URL: optional(z.url())
    .meta({ secret: true })
    .describe('Mail server for digests, e.g. `smtp://user:password@mail.example:587`.'),
  MAIL_FROM: z.string().default('Undercurrent <undercurrent@localhost>').describe('Sender of digests.'),
  GEOIP_DB: z
    .string()
    .default('')
    .describe(
      'IP databases, `.mmdb`, CSV ranges or lists (`vpn.txt#proxy`), and your own `cidr,domain` table; separated by commas. Unset: visitors are not placed by IP.',
    ),
  UNDERCURRENT_ADMIN_KEY: optional(
    // What a header can carry: `Bearer` ends a key at a space, `Basic` at a colon.
    z
      .string()
      .min(16)
      .regex(/^[!-9;-~]+$/, 'may have letters, digits and signs other than space and colon'),
  )
    .meta({ secret: true })
    .describe(
      'First admin key, 16 characters or more. Unset: one is made at the first start and printed once.',
    ),
  NODE_ENV: z.string().default('development').describe('`production` turns GraphiQL off.'),
});
export type Env = z.infer<typeof envSchema>;

/** Reads and checks the environment. Throws `SettingsInvalid` naming the variable. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const parsed = envSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SettingsInvalid(
    `${issue.path.join('.')}: ${issue.message}`,
    'See the configuration table in README.md.',
  );
}

/** Settings of one adapter out of `SIGNAL_<ID>_<KEY>`. Throws `SettingsInvalid` naming the variable. */
export function readAdapterSettings<T>(
  adapter: { id: string; settings: z.ZodType<T> },
  source: Record<string, string | undefined> = process.env,
): T {
  const prefix = variable(adapter.id, '');
  const given: Record<string, string> = {};
  const keys = Object.keys((adapter.settings as unknown as z.ZodObject).shape ?? {});
  for (const key of keys) {
    const value = source[prefix + snake(key)];
    if (value !== undefined && value !== '') given[key] = value;
  }
  const parsed = adapter.settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SettingsInvalid(
    `${prefix}${snake(String(issue.path[0] ?? ''))}: ${issue.message}`,
    `See signals/${adapter.id}/README.md.`,
  );
}

/** Name of the variable that sets an adapter's setting, e.g. `SIGNAL_HACKER_NEWS_LOOKBACK_DAYS`. */
export const variable = (adapterId: string, key: string): string =>
  `SIGNAL_${adapterId.replaceAll('-', '_').toUpperCase()}_${snake(key)}`;

const snake = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** Every variable and what is in force, secrets redacted: our own, then the adapters'. */
export function describeEnv(
  env: Env,
  adapters: readonly { id: string; settings: z.ZodType }[],
  source: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const described: Record<string, string> = {};
  for (const key of Object.keys(envSchema.shape) as (keyof Env)[]) {
    const value = env[key];
    described[key] = value === undefined || value === '' ? '' : redact(key, String(value));
  }
  for (const adapter of adapters) {
    for (const [key, schema] of Object.entries((adapter.settings as z.ZodObject).shape ?? {})) {
      const name = variable(adapter.id, key);
      const value = source[name];
      if (value !== undefined) described[name] = (schema as z.ZodType).meta()?.secret ? '***' : value;
    }
  }
  return described;
}

/** A URL keeps all but its password; another secret keeps nothing. */
function redact(key: keyof Env, value: string): string {
  if (/:\/\//.test(value)) return value.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:***@');
  return (envSchema.shape[key] as z.ZodType).meta()?.secret ? '***' : value;
}

/** Whether an npm script started us: npm may be killed without passing the signal on. */
export const isStartedByNpm = (): boolean => process.env.npm_lifecycle_event !== undefined;
