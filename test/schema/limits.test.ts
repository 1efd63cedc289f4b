import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { MOST_LEVELS, MOST_OBJECTS, refusal, weigh } from '../../schema/limits.ts';

const weight = (query: string, variables = {}, operationName?: string) =>
  weigh(schema, parse(query), variables, operationName);
const codeOf = (query: string, variables = {}) => refusal(weight(query, variables))?.extensions.code;

/** account → signals → account → … */
const deep = (rounds: number): string =>
  `{ account(domain: "a.example") ${'{ signals(first: 1) { edges { node { account '.repeat(rounds)}{ id }${' } } } }'.repeat(rounds)} }`;

describe('depth', () => {
  test.each([
    ['{ workspace { name } }', 2],
    ['{ accounts { edges { node { id } } } }', 4],
    ['{ accounts { totalCount } }', 2],
    ['query Q { ...f } fragment f on Query { workspace { name } }', 2],
    ['{ node(id: "x") { ... on Account { heat { value } } } }', 3],
    [getIntrospectionQuery(), 0],
  ])('%s', (query, expected) => expect(weight(query).depth).toBe(expected));

  test(`more than ${MOST_LEVELS} levels are too deep`, () => {
    expect(codeOf(deep(2))).toBeUndefined();
    expect(codeOf(deep(3))).toBe('TOO_DEEP');
  });
});

describe('cost', () => {
  test.each([
    // accounts + 3 × (edge + node)
    ['{ accounts(first: 3) { edges { node { id } } } }', {}, 1 + 3 * 2],
    ['query Q($n: Int) { accounts(first: $n) { edges { node { id } } } }', { n: 3 }, 1 + 3 * 2],
    ['query Q($n: Int = 3) { accounts(first: $n) { edges { node { id } } } }', { n: 3 }, 1 + 3 * 2],
    ['{ accounts(last: 3) { edges { node { id } } } }', {}, 1 + 3 * 2],
    ['{ accounts { edges { node { id } } } }', {}, 1 + 25 * 2],
    ['{ accounts(first: 3) { edges { node { id heat { value } } } } }', {}, 1 + 3 * 3],
    [
      '{ accounts(first: 3) { edges { node { heat { contributions(first: 4) { day } } } } } }',
      {},
      1 + 3 * (3 + 1),
    ],
    [
      '{ accounts(first: 2) { edges { node { signals(first: 5) { edges { node { id } } } } } } }',
      {},
      1 + 2 * (3 + 5 * 2),
    ],
    ['{ accounts(first: 3) { edges { node { heat(asOf: "2026-01-01") { value } } } } }', {}, 1 + 3 * 23],
    ['{ nodes(ids: ["a", "b"]) { ... on Account { heat { value } } } }', {}, 1 + 2],
    [getIntrospectionQuery(), {}, 0],
  ])('%s %o', (query, variables, expected) => expect(weight(query, variables).cost).toBe(expected));

  test('pages within pages multiply, and beyond the limit are too costly', () => {
    const query =
      'query Q($a: Int, $b: Int) { accounts(first: $a) { edges { node { signals(first: $b) { edges { node { id } } } } } } }';
    expect(codeOf(query, { a: 200, b: 25 })).toBeUndefined();
    expect(codeOf(query, { a: 200, b: 200 })).toBe('TOO_COSTLY');
    expect(refusal(weight(query, { a: 200, b: 200 }))?.message).toContain(String(MOST_OBJECTS));
  });

  test('aliases are added up', () => {
    const one = '{ edges { node { id } } }';
    expect(weight(`{ a: accounts(first: 200) ${one} b: accounts(first: 200) ${one} }`).cost).toBe(2 * 401);
  });

  test('fragments within fragments are weighed quickly, and found too costly', () => {
    const levels = 40;
    const fragments = Array.from(
      { length: levels },
      (_, i) => `fragment f${i} on Account { ...f${i + 1} ...f${i + 1} }`,
    ).join(' ');
    const query = `{ account(domain: "a.example") { ...f0 } } ${fragments} fragment f${levels} on Account { heat { value } }`;
    expect(codeOf(query)).toBe('TOO_COSTLY');
  });

  test('of several operations the named one counts', () => {
    const query = 'query A { workspace { name } } query B { accounts(first: 3) { edges { node { id } } } }';
    expect(weight(query, {}, 'B').cost).toBe(7);
    expect(weight(query, {}, 'A').cost).toBe(11);
  });
});
