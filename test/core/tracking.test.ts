import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Invalid, TooLarge } from '../../src/core/errors.ts';
import * as tracking from '../../src/core/tracking.ts';

const RECEIVED = new Date('2026-03-01T10:00:10.000Z');
const page = { type: 'page', anonymousId: 'anon-1', messageId: 'm-1' };
const batch = (...items: unknown[]) => tracking.readMessages('batch', { batch: items }, RECEIVED);
const one = (fields: object) => tracking.readMessage({ ...page, ...fields }, { receivedAt: RECEIVED });

describe('readMessages', () => {
  test('takes the type of a single message from the route', () => {
    const read = tracking.readMessages('identify', { userId: 'u', type: 'track', writeKey: ' k ' }, RECEIVED);
    expect(read.messages[0]?.message.type).toBe('identify');
    expect(read.writeKey).toBe('k');
    expect(read.messages[0]?.raw).not.toHaveProperty('writeKey');
  });

  test('merges what the batch says for all, and lets the message win', () => {
    const { messages } = tracking.readMessages(
      'batch',
      {
        batch: [
          { ...page, context: { locale: 'nl' }, timestamp: '2026-03-01T10:00:00Z' },
          { ...page, messageId: 'm-2', sentAt: '2026-03-01T10:00:09Z', timestamp: '2026-03-01T10:00:00Z' },
        ],
        context: { ip: '203.0.113.9', locale: 'en' },
        sentAt: '2026-03-01T10:00:05Z',
      },
      RECEIVED,
    );
    expect(messages.map(({ message }) => message.context)).toEqual([
      { ip: '203.0.113.9', locale: 'nl' },
      { ip: '203.0.113.9', locale: 'en' },
    ]);
    expect(messages.map(({ message }) => message.occurredAt.toISOString())).toEqual([
      '2026-03-01T10:00:05.000Z',
      '2026-03-01T10:00:01.000Z',
    ]);
  });

  test.each<[string, unknown, string]>([
    ['null', null, 'body: is null; send one JSON object'],
    ['a list', [page], 'body: is a list; send one JSON object'],
    ['no batch', { messages: [] }, 'batch: is missing; send {"batch": [message, …]}'],
    ['a batch that is no list', { batch: {} }, 'batch: is an object; send {"batch": [message, …]}'],
    [
      'a bad time for all',
      { batch: [page], sentAt: 1 },
      'sentAt: 1 is a number, not an ISO 8601 time; send e.g. 2026-01-31T12:00:00Z',
    ],
  ])('refuses the whole body: %s', (_name, body, message) => {
    const act = () => tracking.readMessages('batch', body, RECEIVED);
    expect(act).toThrow(Invalid);
    expect(act).toThrow(message);
  });

  test('takes 2,500 messages and an empty batch, and refuses 2,501 messages', () => {
    expect(batch().messages).toEqual([]);
    expect(batch(...Array(2_500).fill(page)).messages).toHaveLength(2_500);
    expect(() => batch(...Array(2_501).fill(page))).toThrow(TooLarge);
  });

  const TIME_REMEDY = 'is not an ISO 8601 time; send e.g. 2026-01-31T12:00:00Z';
  test.each<[unknown, string]>([
    ['x', 'batch[1]: is a string; send a JSON object per message'],
    [
      { ...page, type: 'purchase' },
      "batch[1].type: 'purchase' is not a type; send one of identify, track, page, screen, group, alias",
    ],
    [{ userId: 'u' }, 'batch[1].type: is missing; send one of'],
    [
      { type: 'page', userId: '', anonymousId: null },
      'batch[1].userId: and anonymousId are both missing; send at least one',
    ],
    [{ ...page, userId: { id: 1 } }, 'batch[1].userId: is an object; send a string or a number'],
    [
      { ...page, messageId: 'x'.repeat(256) },
      'batch[1].messageId: has 256 characters, the most is 255; send a shorter id',
    ],
    [{ ...page, type: 'track', event: ' ' }, 'batch[1].event: is missing; every track message needs one'],
    [{ ...page, type: 'group' }, 'batch[1].groupId: is missing'],
    [{ type: 'alias', userId: 'u' }, 'batch[1].previousId: is missing'],
    [{ type: 'alias', anonymousId: 'a', previousId: 'p' }, 'batch[1].userId: is missing'],
    [{ ...page, timestamp: 'yesterday' }, `batch[1].timestamp: 'yesterday' ${TIME_REMEDY}`],
    [{ ...page, timestamp: '2026-02-30T12:00:00Z' }, 'batch[1].timestamp: '],
    [
      { ...page, originalTimestamp: 1767182400000 },
      'batch[1].originalTimestamp: 1767182400000 is a number, not an ISO',
    ],
    [{ ...page, sentAt: {} }, `batch[1].sentAt: an object ${TIME_REMEDY}`],
  ])('rejects one and keeps its neighbours: %j', (bad, message) => {
    const read = batch(page, bad, page);
    expect(read.messages.map(({ index }) => index)).toEqual([0, 2]);
    expect(read.rejected).toHaveLength(1);
    expect(read.rejected[0]).toMatchObject({ index: 1, code: 'INVALID' });
    expect(read.rejected[0]?.message).toContain(message);
    expect(read.rejected[0]?.hint).toMatch(/^(Send|Every) .*\.$/);
  });

  test('rejects a message over 32 KB of UTF-8, by its bytes', () => {
    const sized = (bytes: number, filler: string) => {
      const frame = Buffer.byteLength(JSON.stringify({ ...page, properties: { text: '' } }));
      return { ...page, properties: { text: filler.repeat((bytes - frame) / Buffer.byteLength(filler)) } };
    };
    const exact = sized(32_768, 'x');
    expect(Buffer.byteLength(JSON.stringify(exact))).toBe(32_768);
    expect(batch(exact).rejected).toEqual([]);
    expect(batch(sized(32_769, 'x')).rejected[0]).toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      messageId: 'm-1',
    });
    expect(batch(sized(40_000, '€')).rejected[0]?.message).toMatch(
      /^batch\[0\]: has \d+ bytes, the most is 32768; send less/,
    );
    expect(batch(sized(30_000, '€')).rejected).toEqual([]);
  });

  test('rejects nesting that no serialiser follows, and keeps nothing of it', () => {
    const text = `{"userId":"u","properties":{"a":${'['.repeat(15_000)}${']'.repeat(15_000)}}}`;
    const [rejected] = tracking.readMessages('page', JSON.parse(text), RECEIVED).rejected;
    expect(rejected).toMatchObject({ code: 'TOO_DEEP', raw: null });
  });

  test('makes text of numeric ids and drops what no database takes', () => {
    expect(one({ userId: 42, anonymousId: '', messageId: ' a\u0000b\ud800 ' })).toMatchObject({
      userId: '42',
      anonymousId: undefined,
      messageId: 'ab\ufffd',
    });
  });

  test('passes over optional fields of a wrong type', () => {
    expect(one({ name: 1, properties: 'p', traits: [], context: 7 })).toMatchObject({
      name: undefined,
      properties: {},
      traits: {},
      context: {},
    });
  });

  test.each<[string, object, string | undefined]>([
    ['a browser', { context: { library: { name: 'analytics.js' } } }, '198.51.100.4'],
    ['a device', { context: { direct: true } }, '198.51.100.4'],
    ['a web channel', { channel: 'web' }, '198.51.100.4'],
    ['a server', { context: { library: { name: '@segment/analytics-node' } } }, undefined],
    ['a RudderStack server', { channel: 'server', context: { direct: true } }, undefined],
    ['a device that knows its own', { context: { direct: true, ip: '203.0.113.1' } }, '203.0.113.1'],
  ])('the connection is the address of %s', (_name, fields, ip) => {
    const { messages } = tracking.readMessages('page', { ...page, ...fields }, RECEIVED, '198.51.100.4');
    expect(messages[0]?.message.context.ip).toBe(ip);
  });
});

describe('time', () => {
  test.each<[string, object, string, string | null]>([
    ['none', {}, '2026-03-01T10:00:10.000Z', null],
    ['sentAt only', { sentAt: '2026-03-01T09:00:00Z' }, '2026-03-01T10:00:10.000Z', null],
    [
      'no sentAt',
      { timestamp: '2026-03-01T09:00:00Z' },
      '2026-03-01T09:00:00.000Z',
      '2026-03-01T09:00:00.000Z',
    ],
    [
      'a clock an hour slow',
      { originalTimestamp: '2026-03-01T08:59:50Z', sentAt: '2026-03-01T09:00:00Z' },
      '2026-03-01T10:00:00.000Z',
      '2026-03-01T08:59:50.000Z',
    ],
    [
      'RudderStack with a time by hand',
      {
        timestamp: '2025-12-24T18:00:00Z',
        originalTimestamp: '2026-03-01T10:00:00Z',
        sentAt: '2026-03-01T10:00:10Z',
      },
      '2025-12-24T18:00:00.000Z',
      '2025-12-24T18:00:00.000Z',
    ],
    [
      'been through a collector',
      {
        timestamp: '2026-02-01T10:00:00Z',
        originalTimestamp: '2026-02-01T09:00:00Z',
        sentAt: '2026-02-01T09:00:01Z',
        receivedAt: '2026-02-01T10:00:01Z',
      },
      '2026-02-01T10:00:00.000Z',
      '2026-02-01T09:00:00.000Z',
    ],
    [
      'collected, not corrected',
      {
        originalTimestamp: '2026-02-01T09:00:00Z',
        sentAt: '2026-02-01T09:00:01Z',
        receivedAt: '2026-02-01T10:00:01Z',
      },
      '2026-02-01T10:00:00.000Z',
      '2026-02-01T09:00:00.000Z',
    ],
  ])('%s', (_name, fields, occurredAt, ownTime) => {
    const message = one(fields);
    expect(message.occurredAt.toISOString()).toBe(occurredAt);
    expect(message.ownTime?.toISOString() ?? null).toBe(ownTime);
  });

  test('a message from a file keeps its time, however long ago it was sent', () => {
    const raw = { ...page, timestamp: '2025-06-01T10:00:00Z', sentAt: '2025-06-01T10:00:05Z' };
    const { occurredAt } = tracking.readMessage(raw, { receivedAt: RECEIVED, clockSkew: false });
    expect(occurredAt.toISOString()).toBe('2025-06-01T10:00:00.000Z');
  });

  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00.5+0530', '2026-01-31T06:30:00.500Z'],
    ['2026-01-31T12:00:00.123456789-08:00', '2026-01-31T20:00:00.123Z'],
    ['2024-02-29T00:00:00.000Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(tracking.parseTime(text)).toISOString()).toBe(iso);
  });

  test.each([
    '',
    'now',
    '2026',
    '2026-13-01T00:00:00Z',
    '2025-02-29T00:00:00.000Z',
    '2026-04-31',
    '2026-01-31T24:00:00.000Z',
    '2026-01-31T12:60:00Z',
    '01/31/2026',
    'Jan 01 2026 00:00:00.00Z',
    '1767182400000',
    '+002026-01-31T12:00:00Z',
  ])('does not read %j', (text) => {
    expect(tracking.parseTime(text)).toBeNaN();
  });

  test('reads back every time that JSON writes', () => {
    const times = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(times, (date) => {
        expect(tracking.parseTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});

describe('properties', () => {
  const clock = fc.date({ min: new Date('2010-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

  test('any JSON yields messages, rejections or our errors, in order and none lost', () => {
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.constant('2026-01-31T12:00:00Z'));
    const message = fc.record(
      {
        type: fc.oneof(fc.constantFrom(...tracking.MESSAGE_TYPES), field),
        messageId: field,
        userId: field,
        anonymousId: field,
        groupId: field,
        previousId: field,
        event: field,
        timestamp: field,
        sentAt: field,
        context: field,
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.jsonValue(),
      message,
      fc.record({ batch: fc.array(fc.oneof(fc.jsonValue(), message)), context: field }),
    );
    const verb = fc.constantFrom<tracking.TrackingVerb>('batch', 'batch', ...tracking.MESSAGE_TYPES);
    fc.assert(
      fc.property(verb, body, (verb, body) => {
        let read: tracking.ReadBody;
        try {
          read = tracking.readMessages(verb, body, RECEIVED);
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid);
          return;
        }
        const items = verb === 'batch' ? (body as { batch: unknown[] }).batch : [body];
        const accepted = read.messages.map(({ index }) => index);
        const rejected = read.rejected.map(({ index }) => index);
        for (const order of [accepted, rejected]) expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect([...accepted, ...rejected].sort((a, b) => a - b)).toEqual([...items.keys()]);
        for (const { message } of read.messages) {
          expect(message.messageId).not.toBe('');
          expect(message.occurredAt.getTime()).not.toBeNaN();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('how wrong the clock is does not matter', () => {
    fc.assert(
      fc.property(clock, fc.nat(86_400_000), fc.integer({ min: -1e11, max: 1e11 }), (sent, age, error) => {
        const read = (shift: number) =>
          one({
            originalTimestamp: new Date(sent.getTime() - age + shift).toISOString(),
            sentAt: new Date(sent.getTime() + shift).toISOString(),
          });
        expect(read(error).occurredAt).toEqual(read(0).occurredAt);
        expect(RECEIVED.getTime() - read(error).occurredAt.getTime()).toBe(age);
      }),
    );
  });

  test('what was read is read again the same from its raw form', () => {
    fc.assert(
      fc.property(fc.option(clock), fc.option(clock), fc.option(clock), (timestamp, original, sentAt) => {
        const item = { ...page, timestamp, originalTimestamp: original, context: { locale: 'en' } };
        const body = JSON.parse(JSON.stringify({ batch: [item], sentAt, context: { ip: '203.0.113.9' } }));
        const { messages } = tracking.readMessages('batch', body, RECEIVED);
        const raw = JSON.parse(JSON.stringify(messages[0]?.raw));
        expect(tracking.readMessage(raw, { receivedAt: RECEIVED })).toEqual(messages[0]?.message);
      }),
    );
  });

  test('a derived id depends on the content, not on the try', () => {
    const content = fc.record({ properties: fc.dictionary(fc.string(), fc.jsonValue()), timestamp: clock });
    const derive = (fields: { properties: object; timestamp: Date }, sentAt: Date, receivedAt: Date) => {
      const reversed = Object.fromEntries(Object.entries(fields.properties).reverse());
      const item = {
        properties: reversed,
        timestamp: fields.timestamp.toISOString(),
        userId: 'u',
        type: 'page',
      };
      const body = { batch: [item], sentAt: sentAt.toISOString() };
      return tracking.readMessages('batch', body, receivedAt).messages[0]?.message.messageId;
    };
    fc.assert(
      fc.property(content, clock, clock, (fields, first, second) => {
        const same = {
          ...fields,
          properties: Object.fromEntries(Object.entries(fields.properties).reverse()),
        };
        const id = derive(fields, first, RECEIVED);
        expect(id).toMatch(/^derived-[0-9a-f]{32}$/);
        expect(derive(same, second, first)).toBe(id);
        const other = { ...fields, properties: { ...fields.properties, another: 1 } };
        fc.pre(fields.properties.another !== 1);
        expect(derive(other, first, RECEIVED)).not.toBe(id);
      }),
    );
  });

  test('without a time, a repeat is the same event on the same day only', () => {
    const read = (at: string) =>
      tracking.readMessages('page', { anonymousId: 'a' }, new Date(at)).messages[0]?.message.messageId;
    expect(read('2026-03-01T00:00:00Z')).toBe(read('2026-03-01T23:59:59Z'));
    expect(read('2026-03-02T00:00:00Z')).not.toBe(read('2026-03-01T23:59:59Z'));
  });
});
