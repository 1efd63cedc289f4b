import { expect, test } from 'vitest';
import { defaultModel } from '../../src/core/model.ts';
import { judgeSurge } from '../../src/core/scoring/surge.ts';
import { readSurgeLine } from '../../src/core/try.ts';
import { answerTogether } from '../../src/edge/try.ts';

const line = (account: string, now: number) => ({
  account,
  topic: 'data lineage',
  days: [
    ...Array(84)
      .fill(0)
      .map((_, day) => Number(day % 4 === 0)),
    ...Array(21).fill(now),
  ],
  actors: 3,
  sources: ['feed'],
});

async function answersTo(text: string, piece = 700): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  })();
  let out = '';
  const judge = (lines: Parameters<typeof judgeSurge>[0]) => judgeSurge(lines, defaultModel);
  for await (const part of answerTogether(chunks, readSurgeLine, judge)) out += part;
  return out
    .split('\n')
    .filter(Boolean)
    .map((each) => JSON.parse(each));
}

test('the whole input is one population, and a bad line is told in its place', async () => {
  const quiet = Array.from({ length: 40 }, (_, n) => line(`quiet${n}.example`, Number(n % 3 === 0) * 0.5));
  const input = [
    JSON.stringify(line('loud.example', 3)),
    'no JSON',
    '',
    JSON.stringify({ ...line('short.example', 1), days: [1, 2] }),
    ...quiet.map((each) => JSON.stringify(each)),
  ].join('\n');
  const answers = await answersTo(input);
  expect(answers).toHaveLength(3 + quiet.length);
  expect(answers[0]).toMatchObject({
    account: 'loud.example',
    topic: 'data lineage',
    status: 'SURGING',
    observed: 63,
  });
  expect(Object.keys(answers[0] as object)).toEqual([
    'account',
    'topic',
    'score',
    'status',
    'observed',
    'expected',
    'pValue',
  ]);
  expect(answers[1]).toMatchObject({ error: { code: 'INVALID', hint: expect.stringContaining('JSON') } });
  expect(answers[2]).toMatchObject({ error: { message: expect.stringMatching(/^days: /) } });
  expect(answers[3]).toMatchObject({ account: 'quiet0.example' });
});

test('nothing in, nothing out', async () => expect(await answersTo('\n\n')).toEqual([]));
