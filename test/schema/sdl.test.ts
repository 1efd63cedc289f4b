import { readFileSync } from 'node:fs';
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { KINDS } from '../../src/core/signal.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the committed schema.graphql is the printed schema; `npm run schema` prints it', () => {
  expect(file('schema/schema.graphql')).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
});

test('every type, field, argument and enum value is described', () => {
  const bare: string[] = [];
  const check = (name: string, { description }: { description?: string | null }) => {
    if (!description?.trim()) bare.push(name);
  };
  let checked = 0;
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    checked++;
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        if ('args' in field)
          for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
  }
  expect(checked).toBeGreaterThan(40);
  expect(bare).toEqual([]);
});

test('every kind of signal is a value of SignalKind, in capitals', () => {
  const type = schema.getType('SignalKind');
  const values = isEnumType(type) ? type.getValues() : [];
  expect(new Set(values.map((one) => one.value))).toEqual(new Set(Object.keys(KINDS)));
  for (const one of values) expect(one.name).toBe(String(one.value).replace('.', '_').toUpperCase());
});

describe('the dashboard', () => {
  const queries = [...file('dashboard/main.js').matchAll(/`((?:query|mutation) [^`]+)`/g)].map(
    (found) => found[1]!,
  );

  test('holds queries', () => expect(queries.length).toBeGreaterThanOrEqual(2));

  test.each(queries)('asks only for what there is: %s', (query) => {
    expect(validate(schema, parse(query)).map((error) => error.message)).toEqual([]);
  });
});
