import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as mail from '../../src/edge/deliver/mail.ts';
import * as digest from '../../src/flow/digest.ts';
import { upsertAccounts } from '../../src/flow/upsert.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
let server: SMTPServer;
let mailer: mail.Mailer;
/** Raw mails the server took. */
let mails: string[] = [];
let refuse = false;

beforeAll(async () => {
  world = await openWorld();
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, _session, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('latin1')));
      stream.on('end', () => {
        if (refuse) return done(Object.assign(new Error('try later'), { responseCode: 451 }));
        mails.push(raw);
        done();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  mailer = mail.createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'digest@vendor.example' });
});
beforeEach(async () => {
  mails = [];
  refuse = false;
  await world.clear();
});
afterAll(async () => {
  await mailer.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await world.close();
});

const REP = 'rep@vendor.example';
const send = (now = NOW, options: Partial<digest.DigestOptions> = {}) =>
  digest.send(
    world.db,
    world.workspace,
    { recipient: REP, ...options },
    (message) => mailer.send(message),
    () => now,
  );
const domains = ({ digest }: digest.Prepared): string[] => digest.entries.map((entry) => entry.domain);

/** Three demo requests: hot enough to be told of. */
async function heatUp(company: string, now = NOW): Promise<void> {
  const events: Event[] = ['ann', 'bob', 'carl'].map((who) => ({
    id: `${company} ${who} ${now.toISOString()}`,
    at: hours(-1, now).toISOString(),
    kind: 'content.demo_request',
    hints: { email: `${who}@${company}.example` },
  }));
  await world.ingest(events, { now });
  await world.rescore(now);
}
/** What happens at midnight. */
async function nightly(now: Date): Promise<void> {
  await world.within((tx) => scores.requestAll(tx, now));
  await world.rescore(now);
}

describe('a digest', () => {
  test('tells what heated up, by mail, and of nothing else', async () => {
    await heatUp('northwind');
    await world.ingest([{ id: 'cold', at: hours(-2).toISOString(), hints: { domain: 'southwind.example' } }]);
    await world.rescore();
    const sent = await send();
    expect(sent.outcome).toBe('sent');
    expect(domains(sent)).toEqual(['northwind.example']);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('northwind.example');
    expect(mails[0]).not.toContain('southwind.example');
    expect(mails[0]).toMatch(/^To: rep@vendor\.example/im);
  });

  test('with nothing in it is not sent', async () => {
    expect((await send()).outcome).toBe('empty');
    expect(mails).toEqual([]);
    expect(await world.query('SELECT 1 FROM digest')).toEqual([]);
  });

  test('tells nothing twice, not even after another digest on the same day', async () => {
    await heatUp('northwind');
    await send();
    expect((await send(hours(1))).outcome).toBe('empty');
    await heatUp('southwind', hours(2));
    expect(domains(await send(hours(3)))).toEqual(['southwind.example']);
    for (const day of [1, 2, 3]) {
      await nightly(days(day));
      expect((await send(days(day))).outcome).toBe('empty');
    }
    expect(mails).toHaveLength(2);
  });

  test('tells of an account again once it rose further', async () => {
    await heatUp('northwind');
    await send();
    await heatUp('northwind', days(2));
    const again = await send(days(2));
    expect(domains(again)).toEqual(['northwind.example']);
    expect(again.digest.entries[0]).toMatchObject({ isNew: false });
    expect(again.digest.entries[0]!.heatBefore).toBeGreaterThan(20);
  });

  test('tells each recipient by themselves, and an owner only of theirs', async () => {
    await world.within((tx) =>
      upsertAccounts(
        tx,
        world.workspace,
        [
          { domain: 'northwind.example', owner: 'Olga' },
          { domain: 'southwind.example', owner: 'Otto' },
        ],
        null,
        NOW,
      ),
    );
    await heatUp('northwind');
    await heatUp('southwind');
    expect(domains(await send(NOW, { owner: 'Olga' }))).toEqual(['northwind.example']);
    expect(domains(await send(NOW, { recipient: 'boss@vendor.example' })).sort()).toEqual([
      'northwind.example',
      'southwind.example',
    ]);
  });

  test('as a preview changes nothing', async () => {
    await heatUp('northwind');
    for (let n = 0; n < 2; n++) {
      expect(domains(await digest.preview(world.db, world.workspace, { recipient: REP }, NOW))).toEqual([
        'northwind.example',
      ]);
    }
    expect(await world.query('SELECT 1 FROM digest UNION ALL SELECT 1 FROM digest_told')).toEqual([]);
  });
});

describe('sending', () => {
  test('that fails is told, and the retry sends it once', async () => {
    await heatUp('northwind');
    refuse = true;
    await expect(send()).rejects.toThrow('451');
    expect(mails).toEqual([]);
    expect((await world.query('SELECT error FROM digest'))[0]!.error).toContain('451');
    refuse = false;
    expect((await send(hours(1))).outcome).toBe('sent');
    expect((await send(hours(2))).outcome).toBe('empty');
    expect(mails).toHaveLength(1);
  });

  test('by several at once is done by one', async () => {
    await heatUp('northwind');
    const outcomes = (await Promise.all([1, 2, 3, 4].map(() => send()))).map((one) => one.outcome);
    expect(outcomes.filter((one) => one === 'sent')).toHaveLength(1);
    expect(mails).toHaveLength(1);
  });

  test('that was cut off is taken up again after an hour, as the same mail', async () => {
    await heatUp('northwind');
    const ids: string[] = [];
    const died = digest.send(
      world.db,
      world.workspace,
      { recipient: REP },
      ({ messageId }) => {
        ids.push(messageId);
        return new Promise(() => {}); // the process ends here
      },
      () => NOW,
    );
    await Promise.race([died, new Promise((resolve) => setTimeout(resolve, 200))]);
    expect((await send(hours(0.5))).outcome).toBe('taken');
    expect((await send(hours(2))).outcome).toBe('sent');
    expect(mails[0]).toContain(ids[0]);
  });
});
