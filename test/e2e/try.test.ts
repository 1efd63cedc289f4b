/** `undercurrent try` as a process: NDJSON in, NDJSON out, nothing stored, no database opened. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'try-'));
});
afterAll(() => rm(folder, { recursive: true }));

const answers = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('undercurrent try', () => {
  test('answers each line in its place; a bad one says what is wrong', async () => {
    const input = '{"email":"jo@acme.example"}\nnot json\n\n{"mail":"x"}\r\n{"email":"jo@gmail.com"}';
    const { code, stdout, stderr } = await runCli(['try', 'email'], {
      input,
      env: { UNDERCURRENT_DATA: path.join(folder, 'none') },
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(answers(stdout)).toEqual([
      { class: 'company', role: false, domain: 'acme.example' },
      { error: { code: 'INVALID', message: 'The line is not JSON.', hint: expect.any(String) } },
      { error: { code: 'INVALID', message: expect.stringContaining('email'), hint: expect.any(String) } },
      { class: 'free', role: false, domain: 'gmail.com' },
    ]);
  });

  test('ip uses GEOIP_DB: a table of ranges, a list with its class, the operator’s own word', async () => {
    const file = async (name: string, content: string) => {
      await writeFile(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const GEOIP_DB = [
      await file('ranges.csv', '198.51.100.0/24,64500,Acme Steel Inc\n'),
      `${await file('list.txt', '198.51.100.8\n')}#proxy`,
      await file('own.csv', '198.51.100.9,acme.example\n'),
    ].join(', ');
    const input = ['198.51.100.7', '198.51.100.8', '198.51.100.9', '203.0.113.1']
      .map((ip) => JSON.stringify({ ip }))
      .join('\n');
    const { code, stdout } = await runCli(['try', 'ip'], { input, env: { GEOIP_DB } });
    expect(code).toBe(0);
    expect(answers(stdout)).toMatchObject([
      { networkClass: 'business', organisation: 'Acme Steel Inc' },
      { networkClass: 'proxy', organisation: 'Acme Steel Inc' },
      { networkClass: 'business', domain: 'acme.example', confidence: 1 },
      { networkClass: 'unknown', organisation: null },
    ]);
  });

  test('many lines, in order', async () => {
    const input = Array.from({ length: 20_000 }, (_, i) => `{"name":"Acme ${i} Inc"}`).join('\n');
    const { stdout } = await runCli(['try', 'name'], { input });
    expect(answers(stdout).map((one) => (one as { normal: string }).normal)).toEqual(
      Array.from({ length: 20_000 }, (_, i) => `acme ${i}`),
    );
  });

  test('an unknown subject is a misuse', async () => {
    const { code, stderr } = await runCli(['try', 'horoscope']);
    expect(code).toBe(2);
    expect(stderr).toContain('email');
  });
});
