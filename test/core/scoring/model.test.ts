import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Invalid } from '../../../src/core/errors.ts';
import { defaultModel, parseModel, scoringModelSchema } from '../../../src/core/model.ts';
import { SIGNAL_KINDS } from '../../../src/core/signal.ts';

test('the default model is a valid document and survives JSON', () => {
  expect(parseModel(JSON.parse(JSON.stringify(defaultModel)))).toStrictEqual(defaultModel);
});

test('every kind is worth something, the three refusals less than nothing', () => {
  const negative = SIGNAL_KINDS.filter((kind) => defaultModel.kinds[kind].value < 0);
  expect(negative).toEqual(['email.bounce', 'email.unsubscribe', 'crm.not_interested']);
  expect(SIGNAL_KINDS.filter((kind) => defaultModel.kinds[kind].value === 0)).toEqual([]);
});

test('every field is described', () => {
  const bare: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const {
      properties = {},
      items,
      additionalProperties,
      anyOf = [],
    } = schema as {
      properties?: Record<string, unknown>;
      items?: unknown;
      additionalProperties?: unknown;
      anyOf?: unknown[];
    };
    visit(items, `${path}[]`);
    visit(additionalProperties, `${path}.*`);
    for (const one of anyOf) visit(one, path);
    for (const [name, field] of Object.entries(properties)) {
      if (!(field as { description?: string }).description) bare.push(`${path}.${name}`);
      visit(field, `${path}.${name}`);
    }
  };
  const schema = z.toJSONSchema(scoringModelSchema) as { properties?: Record<string, unknown> };
  expect(Object.keys(schema.properties ?? {}).length).toBeGreaterThan(5);
  visit(schema, '');
  expect(bare).toEqual([]);
});

describe('a mistake is named with its path and a remedy', () => {
  type Loose = { [key: string]: Loose } & Loose[];
  const cases: [name: string, spoil: (model: Loose) => unknown, field: string, hint: RegExp][] = [
    ['a kind is missing', (m) => delete m.kinds!['site.blog_view'], 'kinds["site.blog_view"]', /"value":2/],
    [
      'a kind is not complete',
      (m) => delete m.kinds!['site.blog_view']!.capPerActorDay,
      'kinds["site.blog_view"].capPerActorDay',
      /it is 6\./,
    ],
    [
      'a kind is unknown',
      (m) => set(m.kinds!, 'site.teleport', 1),
      'kinds["site.teleport"]',
      /site\.pricing_view/,
    ],
    ['a setting is unknown', (m) => set(m.heat!, 'halflife', 1), 'heat.halflife', /halfHeat/],
    ['a section is unknown', (m) => set(m, 'fitness', 1), 'fitness', /Known here: .*fit/],
    [
      'a half-life of none',
      (m) => set(m.kinds!['email.open']!, 'halfLifeDays', 0),
      'kinds["email.open"].halfLifeDays',
      /7/,
    ],
    ['not a number', (m) => set(m.heat!, 'halfHeat', '40'), 'heat.halfHeat', /it is 40\./],
    [
      'reliability over 1',
      (m) => set(m.reliability!.sources!, 'bombora', 2),
      'reliability.sources.bombora',
      /0\.5/,
    ],
    ['weights off', (m) => set(m.qualification!.weights!, 'fit', 0.5), 'qualification.weights', /0\.4/],
    [
      'tiers upside down',
      (m) => set(m.qualification!.tiers!, 'cold', 90),
      'qualification.tiers',
      /"cold":40/,
    ],
    ['bands upside down', (m) => set(m.heat!.bands!, 'warm', 60), 'heat.bands', /"warm":20/],
    [
      'a band that ends before it starts',
      (m) => set(m.fit!.icp!.employees![2]!, 'max', 1),
      'fit.icp.employees[2].max',
      /200/,
    ],
    [
      'no weight at all',
      (m) => set(m.fit!, 'weights', Object.fromEntries(Object.keys(m.fit!.weights!).map((key) => [key, 0]))),
      'fit.weights',
      /25/,
    ],
    ['review above attach', (m) => set(m.match!, 'review', 0.9), 'match.review', /0\.3/],
  ];
  test.each(cases)('%s', (_name, spoil, field, hint) => {
    const model = structuredClone(defaultModel);
    spoil(model as unknown as Loose);
    const error = caught(() => parseModel(model));
    expect(error.field).toBe(field);
    expect(error.message).toContain(field);
    expect(error.hint).toMatch(hint);
  });

  test.each([[null], [[]], ['model'], [undefined]])('%j is no model', (document) => {
    expect(caught(() => parseModel(document)).hint).toBe(
      'Start from a copy of the default model and change what you need.',
    );
  });

  function set(target: object, key: string, value: unknown): void {
    (target as Record<string, unknown>)[key] = value;
  }

  function caught(action: () => unknown): Invalid {
    try {
      action();
    } catch (error) {
      expect(error).toBeInstanceOf(Invalid);
      return error as Invalid;
    }
    throw new Error('nothing was refused');
  }
});
