/** Mail over SMTP. Speaks to the operator's own server; one connection per message, so that what failed is certain. */
import { isIP } from 'node:net';
import { createTransport } from 'nodemailer';
import { Invalid, SettingsInvalid, SourceDown, SourceRefused } from '../../core/errors.ts';

export interface Message {
  /** One address; a list is refused, for a digest is for one recipient. */
  to: string;
  subject: string;
  text: string;
  html: string;
  /**
   * `<something@domain>`, the same at every attempt for the same message: if the connection broke after the server
   * took it, a retry delivers it twice and this is how mail programs see that it is one.
   */
  messageId: string;
  /** An https page or a `mailto:`; becomes `List-Unsubscribe`, and one-click (RFC 8058) for https. */
  unsubscribe?: string;
  headers?: Record<string, string>;
}

export interface Receipt {
  accepted: string[];
  rejected: string[];
  /** The server's last reply, e.g. `250 2.0.0 Ok: queued as 4Xy`. */
  response: string;
}

export interface Mailer {
  /**
   * Sends one message and resolves once the server has taken it.
   * Throws `SourceDown` if it can't be reached or asks to wait (4xx): try again later, with the same `messageId`;
   * `SourceRefused` if it says no (5xx), with its reply; `Invalid` for a message that can't be one.
   */
  send(message: Message): Promise<Receipt>;
  close(): void;
}

/**
 * @param settings.smtpUrl `smtp://user:password@host:587` (STARTTLS if offered) or `smtps://…:465`; options of nodemailer
 *   may follow as a query. With a password, an `smtp:` server other than this machine must offer STARTTLS, unless the
 *   query says `requireTLS=false`.
 * @param settings.from `digest@vendor.example` or `Undercurrent <digest@vendor.example>`
 * @param settings.timeout ms to wait for the connection, the greeting and every reply, default 20,000
 *
 * Throws `SettingsInvalid` for an address or URL that is none.
 */
export function createMailer(settings: { smtpUrl: string; from: string; timeout?: number }): Mailer {
  const { smtpUrl, from, timeout = 20_000 } = settings;
  const url = URL.parse(smtpUrl);
  if (!url?.hostname || !/^smtps?:$/.test(url.protocol))
    // Not quoted: it may hold a password.
    throw new SettingsInvalid('SMTP_URL is not an SMTP address.', 'Write smtp://user:password@host:587.');
  if (!/^[^\r\n<>]*<[^\s<>,;@]+@[^\s<>,;@]+>$|^[^\s<>,;@]+@[^\s<>,;@]+$/.test(from))
    throw new SettingsInvalid(
      `MAIL_FROM is not an e-mail address: ${JSON.stringify(from)}.`,
      'Write name@domain.',
    );
  const transport = createTransport({
    url: smtpUrl,
    requireTLS: url.password !== '' && url.protocol === 'smtp:' && !isLoopback(url.hostname),
    dnsTimeout: timeout,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    // Nothing in a message may make the library open a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const server = url.host;
  const redact = createRedactor(url);

  return {
    async send(message) {
      const { to, subject, text, html, messageId, unsubscribe } = message;
      if (!/^[^\s<>,;:"()@\p{Cc}]+@[^\s<>,;:"()@\p{Cc}]+$/u.test(to))
        throw new Invalid(`Not an e-mail address: ${JSON.stringify(to)}.`, 'Give one address, name@domain.', {
          field: 'to',
        });
      if (!/^<[\x21-\x3b\x3d\x3f\x41-\x7e]+@[\x21-\x3b\x3d\x3f\x41-\x7e]+>$/.test(messageId))
        throw new Invalid(`Not a Message-ID: ${JSON.stringify(messageId)}.`, 'Write <id@domain>.', {
          field: 'messageId',
        });
      const headers: Record<string, string> = {
        // Keeps holiday notices from answering (RFC 3834).
        'Auto-Submitted': 'auto-generated',
        ...(unsubscribe === undefined ? {} : unsubscribeHeaders(unsubscribe)),
      };
      for (const [name, value] of Object.entries(message.headers ?? {})) {
        if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
          throw new Invalid(`Not a header: ${JSON.stringify(name)}.`, '', { field: 'headers' });
        headers[name] = oneLine(value);
      }
      try {
        // As an object, or the library would read a list out of it.
        const recipient = { name: '', address: to };
        const sent = await transport.sendMail({
          from,
          to: recipient,
          subject: oneLine(subject),
          text,
          html,
          messageId,
          headers,
          xMailer: false,
        });
        return {
          accepted: sent.accepted.map(String),
          rejected: sent.rejected.map(String),
          response: sent.response,
        };
      } catch (error) {
        throw explain(error, server, redact);
      }
    },
    close() {
      transport.close();
    },
  };
}

/** What nodemailer knows about a failure; its error object itself may quote what was sent. */
interface Failure {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  message: string;
}

/** Failures that no waiting mends, if the server gave no code: wrong credentials, no TLS, nobody to send it to. */
const PERMANENT = new Set(['EAUTH', 'ENOAUTH', 'ECONFIG', 'EENVELOPE', 'EMESSAGE', 'ETLS']);

function explain(error: unknown, server: string, redact: (text: string) => string): Error {
  const { code, command, responseCode, response, message } = error as Failure;
  const said = redact(oneLine(response || message || String(error)));
  const during = command && command !== 'CONN' ? ` at ${command}` : '';
  const cause = { code, command, responseCode };
  const permanent = responseCode ? responseCode >= 500 : PERMANENT.has(code ?? '');
  if (permanent)
    return new SourceRefused(
      `The mail server ${server} refused${during}: ${said}`,
      code === 'EAUTH' || code === 'ENOAUTH'
        ? 'Check the user and the password in SMTP_URL.'
        : code === 'ETLS'
          ? 'Use smtps://, or say requireTLS=false in SMTP_URL if you trust the way to the server.'
          : 'Check SMTP_URL, MAIL_FROM and the recipient with whoever runs the mail server.',
      { cause },
    );
  return responseCode
    ? new SourceDown(
        `The mail server ${server} asks to wait${during}: ${said}`,
        'It will be tried again later.',
        { cause },
      )
    : new SourceDown(
        `The mail server ${server} can't be reached: ${said}`,
        'Check that it runs and that SMTP_URL names it.',
        { cause },
      );
}

function unsubscribeHeaders(address: string): Record<string, string> {
  const url = URL.parse(address);
  if (!url || !/^(https?|mailto):$/.test(url.protocol) || /[<>]/.test(url.href))
    throw new Invalid(`Not a page or mailto: ${JSON.stringify(address)}.`, '', { field: 'unsubscribe' });
  return {
    'List-Unsubscribe': `<${url.href}>`,
    // The one click is a POST that a mail provider makes by itself; it may do so only over https.
    ...(url.protocol === 'https:' ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {}),
  };
}

/** Blots out the password in whatever form a server might repeat it. */
function createRedactor(url: URL): (text: string) => string {
  const password = decodeOrKeep(url.password);
  if (!password) return (text) => text;
  const user = decodeOrKeep(url.username);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secrets = [base64(`\0${user}\0${password}`), base64(password), url.password, password];
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A header's value ends at a line's end: control characters and separators become a space. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
