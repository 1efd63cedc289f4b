import { once } from 'node:events';
import { createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { Invalid, SettingsInvalid, SourceDown, SourceRefused } from '../../src/core/errors.ts';
import * as mail from '../../src/edge/deliver/mail.ts';

interface Delivery {
  from: string;
  to: string[];
  user: string | undefined;
  raw: string;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A real SMTP server on loopback that keeps what it is given. */
async function startServer(options: SMTPServerOptions = {}) {
  const deliveries: Delivery[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        deliveries.push({
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to: session.envelope.rcptTo.map((recipient) => recipient.address),
          user: session.user === undefined ? undefined : String(session.user),
          raw: Buffer.concat(chunks).toString('latin1'),
        });
        done(null, 'queued as 7');
      });
    },
    ...options,
  });
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { deliveries, port: portOf(listener.address()) };
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function createMailer(port: number, settings: { login?: string; timeout?: number } = {}): mail.Mailer {
  const mailer = mail.createMailer({
    smtpUrl: `smtp://${settings.login ? `${settings.login}@` : ''}127.0.0.1:${port}`,
    from: 'Undercurrent <digest@vendor.example>',
    timeout: settings.timeout ?? 5_000,
  });
  closers.push(() => mailer.close());
  return mailer;
}

const message: mail.Message = {
  to: 'ann@vendor.example',
  subject: '2 accounts heated up: Ångström, Acme',
  text: 'Heat 62 ▲ at Ångström\n',
  html: '<p>Heat 62 at <b>Ångström</b></p>\n',
  messageId: '<digest.2026-11-23.ann@vendor.example>',
};

const failOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('was sent');
    },
    (error: unknown) => error,
  );

const reply = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });

/** Headers by lower-case name, unfolded; enough of MIME for what we send. */
function readPart(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string>();
  for (const line of raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: raw.slice(end + 4) };
}

function readMail(raw: string): { headers: Map<string, string>; parts: Map<string, string> } {
  const { headers, body } = readPart(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type') ?? '')?.[1];
  if (!boundary) throw new Error(`no boundary in ${headers.get('content-type')}`);
  const parts = new Map<string, string>();
  for (const piece of body.split(`--${boundary}`).slice(1, -1)) {
    const part = readPart(piece.replace(/^\r\n/, ''));
    const type = /^[\w/]+/.exec(part.headers.get('content-type') ?? '')?.[0] ?? '';
    parts.set(type, decode(part.body, part.headers.get('content-transfer-encoding') ?? '7bit'));
  }
  return { headers, parts };
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const decodeWords = (text: string): string =>
  text
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?(B|Q)\?(.*?)\?=/gi, (_, kind: string, word: string) =>
      decode(
        kind.toUpperCase() === 'Q' ? word.replaceAll('_', ' ') : word,
        kind.toUpperCase() === 'Q' ? 'quoted-printable' : 'base64',
      ),
    );

describe('send', () => {
  test('delivers text and HTML to one recipient, recognisable by its Message-ID', async () => {
    const server = await startServer();
    const receipt = await createMailer(server.port).send({
      ...message,
      unsubscribe: 'https://intent.vendor.example/stop?t=1',
      headers: { 'X-Digest': 'weekly' },
    });
    expect(receipt).toEqual({
      accepted: ['ann@vendor.example'],
      rejected: [],
      response: expect.stringMatching(/^250 .*queued as 7/),
    });
    expect(server.deliveries).toHaveLength(1);
    const [delivery] = server.deliveries;
    expect(delivery).toMatchObject({ from: 'digest@vendor.example', to: ['ann@vendor.example'] });
    const { headers, parts } = readMail(delivery!.raw);
    expect(decodeWords(headers.get('subject')!)).toBe(message.subject);
    expect(parts.get('text/plain')?.replaceAll('\r\n', '\n').trim()).toBe(message.text.trim());
    expect(parts.get('text/html')?.replaceAll('\r\n', '\n').trim()).toBe(message.html.trim());
    expect(Object.fromEntries(headers)).toMatchObject({
      from: 'Undercurrent <digest@vendor.example>',
      to: 'ann@vendor.example',
      'message-id': message.messageId,
      'list-unsubscribe': '<https://intent.vendor.example/stop?t=1>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
      'x-digest': 'weekly',
    });
  });

  test('says the same Message-ID at every attempt, and no one-click for a mailto', async () => {
    const server = await startServer();
    const mailer = createMailer(server.port);
    const unsubscribe = 'mailto:stop@vendor.example';
    await mailer.send({ ...message, unsubscribe });
    await mailer.send({ ...message, unsubscribe });
    const headers = server.deliveries.map((delivery) => readMail(delivery.raw).headers);
    expect(headers.map((one) => one.get('message-id'))).toEqual([message.messageId, message.messageId]);
    expect(headers[0]?.get('list-unsubscribe')).toBe('<mailto:stop@vendor.example>');
    expect(headers[0]?.has('list-unsubscribe-post')).toBe(false);
  });

  test('lets no text start a header', async () => {
    const server = await startServer();
    await createMailer(server.port).send({
      ...message,
      subject: 'Acme\r\nBcc: all@victim.example',
      headers: { 'X-Digest': 'weekly\r\nBcc: all@victim.example' },
    });
    expect(server.deliveries[0]?.to).toEqual(['ann@vendor.example']);
    const { headers } = readMail(server.deliveries[0]!.raw);
    expect(headers.has('bcc')).toBe(false);
    expect(headers.get('subject')).toBe('Acme Bcc: all@victim.example');
  });

  test.each([
    { field: 'to', changes: { to: 'ann@vendor.example, eve@victim.example' } },
    { field: 'to', changes: { to: 'Eve <eve@victim.example>' } },
    { field: 'to', changes: { to: 'ann@vendor.example\r\nRCPT TO:<eve@victim.example>' } },
    { field: 'to', changes: { to: '' } },
    { field: 'messageId', changes: { messageId: 'no brackets' } },
    { field: 'messageId', changes: { messageId: '<a@b>\r\nBcc: <c@d>' } },
    { field: 'headers', changes: { headers: { 'X: y\r\nBcc': 'z' } } },
    { field: 'unsubscribe', changes: { unsubscribe: 'javascript:alert(1)' } },
  ])('refuses $changes without a word to the server', async ({ field, changes }) => {
    const server = await startServer();
    const error = await failOf(createMailer(server.port).send({ ...message, ...changes }));
    expect(error).toBeInstanceOf(Invalid);
    expect(error).toMatchObject({ field });
    expect(server.deliveries).toEqual([]);
  });

  test('signs in', async () => {
    const server = await startServer({
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        username === 'digest@vendor.example' && password === 'p@ss/word'
          ? done(null, { user: username })
          : done(reply(535, 'no')),
    });
    await createMailer(server.port, { login: 'digest%40vendor.example:p%40ss%2Fword' }).send(message);
    expect(server.deliveries[0]?.user).toBe('digest@vendor.example');
  });
});

describe('a failure', () => {
  test('to sign in is the operator’s to mend and never tells the password', async () => {
    const server = await startServer({
      authOptional: false,
      // Some servers repeat what they were given.
      onAuth: ({ password }, _session, done) => done(reply(535, `bad password ${password}`)),
    });
    const error = await failOf(createMailer(server.port, { login: 'digest:hunter%202' }).send(message));
    expect(error).toBeInstanceOf(SourceRefused);
    expect(error).toMatchObject({
      message: expect.stringContaining('535 bad password [redacted]'),
      hint: expect.stringContaining('SMTP_URL'),
      cause: { responseCode: 535 },
    });
    const { message: text, stack, cause } = error as Error;
    expect(`${text} ${stack} ${JSON.stringify(cause)}`).not.toMatch(/hunter|aHVudGVyIDI/);
  });

  test.each<{
    name: string;
    options: SMTPServerOptions;
    type: typeof SourceDown | typeof SourceRefused;
    says: RegExp;
  }>([
    {
      name: 'unknown recipient, 550',
      options: { onRcptTo: (_address, _session, done) => done(reply(550, '5.1.1 no such user')) },
      type: SourceRefused,
      says: /refused.*550 5\.1\.1 no such user/,
    },
    {
      name: 'greylisted recipient, 451',
      options: { onRcptTo: (_address, _session, done) => done(reply(451, '4.7.1 greylisted')) },
      type: SourceDown,
      says: /asks to wait.*451 4\.7\.1 greylisted/,
    },
    {
      name: 'refused sender, 553',
      options: { onMailFrom: (_address, _session, done) => done(reply(553, 'not yours')) },
      type: SourceRefused,
      says: /refused.*553 not yours/,
    },
    {
      name: 'busy at the greeting, 421',
      options: { onConnect: (_session, done) => done(reply(421, 'too busy')) },
      type: SourceDown,
      says: /asks to wait.*421 .*too busy/,
    },
    {
      name: 'refused content, 554',
      options: {
        onData: (stream, _session, done) => {
          stream.resume().on('end', () => done(reply(554, 'looks like spam')));
        },
      },
      type: SourceRefused,
      says: /refused.*554 looks like spam/,
    },
    {
      name: 'full disk after the content, 452',
      options: {
        onData: (stream, _session, done) => {
          stream.resume().on('end', () => done(reply(452, 'no space')));
        },
      },
      type: SourceDown,
      says: /asks to wait.*452 no space/,
    },
  ])('$name', async ({ options, type, says }) => {
    const server = await startServer(options);
    const error = await failOf(createMailer(server.port).send(message));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(says);
  });

  test('after greylisting, the next attempt goes through', async () => {
    let calls = 0;
    const server = await startServer({
      onRcptTo: (_address, _session, done) => (++calls === 1 ? done(reply(451, 'later')) : done()),
    });
    const mailer = createMailer(server.port);
    expect(await failOf(mailer.send(message))).toBeInstanceOf(SourceDown);
    expect((await mailer.send(message)).accepted).toEqual([message.to]);
  });

  test('server down', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const port = portOf(probe.address());
    await new Promise((resolve) => probe.close(resolve));
    const error = await failOf(createMailer(port).send(message));
    expect(error).toBeInstanceOf(SourceDown);
    expect((error as Error).message).toContain(`127.0.0.1:${port} can't be reached`);
  });

  test('server that never speaks', async () => {
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closers.push(() => new Promise((resolve) => silent.close(resolve)));
    const error = await failOf(createMailer(portOf(silent.address()), { timeout: 100 }).send(message));
    expect(error).toBeInstanceOf(SourceDown);
  });

  test('no TLS where it is demanded is the operator’s to mend', async () => {
    const server = await startServer();
    const mailer = mail.createMailer({
      smtpUrl: `smtp://127.0.0.1:${server.port}/?requireTLS=true`,
      from: 'digest@vendor.example',
    });
    closers.push(() => mailer.close());
    const error = await failOf(mailer.send(message));
    expect(error).toBeInstanceOf(SourceRefused);
    expect(server.deliveries).toEqual([]);
  });
});

test('a password travels in the open only on this machine or by leave', async () => {
  const server = await startServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
  });
  // Reaches this machine, but does not say so.
  const elsewhere = `smtp://digest:secret@0.0.0.0:${server.port}`;
  const from = 'digest@vendor.example';
  const strict = mail.createMailer({ smtpUrl: elsewhere, from });
  const lenient = mail.createMailer({ smtpUrl: `${elsewhere}/?requireTLS=false`, from });
  closers.push(() => [strict.close(), lenient.close()]);
  expect(await failOf(strict.send(message))).toBeInstanceOf(SourceRefused);
  expect((await lenient.send(message)).accepted).toEqual([message.to]);
});

describe('settings', () => {
  test.each([
    { smtpUrl: 'mail.vendor.example', from: 'a@vendor.example', says: /SMTP_URL/ },
    { smtpUrl: 'http://user:hunter2@mail.vendor.example', from: 'a@vendor.example', says: /SMTP_URL/ },
    { smtpUrl: 'smtp://mail.vendor.example', from: 'vendor', says: /MAIL_FROM/ },
    {
      smtpUrl: 'smtp://mail.vendor.example',
      from: 'A <a@vendor.example>\r\nBcc: b@victim.example',
      says: /MAIL_FROM/,
    },
    { smtpUrl: 'smtp://mail.vendor.example', from: 'a@vendor.example, b@vendor.example', says: /MAIL_FROM/ },
  ])('$smtpUrl from $from', ({ smtpUrl, from, says }) => {
    const create = () => mail.createMailer({ smtpUrl, from });
    expect(create).toThrow(SettingsInvalid);
    expect(create).toThrow(says);
    expect(create).not.toThrow(/hunter2/);
  });
});
