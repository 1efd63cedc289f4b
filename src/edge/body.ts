/** Request bodies: limited in size, unzipped, decoded and parsed, each failure with its own clear error. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Invalid, TooLarge } from '../core/errors.ts';

const unzip = promisify(gunzip);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body's bytes, at most `most` of them, before and after unzipping. Throws `TooLarge` and `Invalid`. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new TooLarge(
      `The body has more than ${most} bytes.`,
      `Send at most ${Math.floor(most / 1024)} KB at once.`,
    );
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge();
  let bytes: Uint8Array;
  if (request.headers.has('content-length')) {
    bytes = new Uint8Array(await request.arrayBuffer());
  } else {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of (request.body as AsyncIterable<Uint8Array> | null) ?? []) {
      size += part.length;
      if (size > most) throw tooLarge();
      parts.push(part);
    }
    bytes = Buffer.concat(parts);
  }
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: most });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new Invalid(
      code === 'Z_BUF_ERROR' ? 'The gzipped body ends early.' : 'The body is not valid gzip.',
      'Send the whole gzip stream, or plain JSON without Content-Encoding.',
      { code: 'BROKEN_GZIP', cause: error },
    );
  }
}

/** The body as JSON. Throws `Invalid` for broken UTF-8 and JSON, with the place. */
export async function readJson(request: Request, most: number): Promise<unknown> {
  const bytes = await readBytes(request, most);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new Invalid('The body is not valid UTF-8.', 'Encode the JSON as UTF-8.', {
      code: 'INVALID_UTF8',
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/, ".*/s, '').slice(0, 200);
    throw new Invalid(
      `The body is not valid JSON: ${reason}`,
      'Send one JSON object as the Segment HTTP API describes.',
      {
        code: 'INVALID_JSON',
        cause,
      },
    );
  }
}
