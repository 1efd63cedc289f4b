/** Sources: where signals come from, and what they have delivered. */
import { z } from 'zod';
import { type Adapter, type Family, familyOf, type SignalKind as Kind } from '../src/core/signal.ts';
import type { Transport } from '../src/store/batches.ts';
import * as sources from '../src/store/sources.ts';
import { builder } from './builder.ts';
import { SignalFamilyEnum, SignalKindEnum, TransportEnum } from './enums.ts';
import { listSkipped, SkippedCount } from './privacy.ts';

interface SettingShape {
  name: string;
  description: string;
  secret: boolean;
  value: string | null;
}

interface SourceShape extends Omit<sources.SourceFigures, 'source'> {
  id: string;
  title: string;
  description: string;
  homepage: string | null;
  kinds: readonly Kind[];
  families: Family[];
  transports: Transport[];
  settings: SettingShape[];
}

const SourceSetting = builder.objectRef<SettingShape>('SourceSetting').implement({
  description: 'One setting of a source’s adapter.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    secret: t.exposeBoolean('secret', { description: 'Whether its value is kept to ourselves.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'What is in force; `***` for a secret that is set; null: not set.',
    }),
  }),
});

const Source = builder.objectRef<SourceShape>('Source').implement({
  description: 'Where signals come from.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its name in signals, e.g. `bombora`.' }),
    title: t.exposeString('title', { description: 'Its name for people.' }),
    description: t.exposeString('description', {
      description: 'What it sees; empty where it has no adapter here.',
    }),
    homepage: t.exposeString('homepage', { nullable: true, description: 'Where to read about it.' }),
    kinds: t.field({
      type: [SignalKindEnum],
      description: 'What it can see.',
      resolve: (source) => [...source.kinds],
    }),
    families: t.expose('families', { type: [SignalFamilyEnum], description: 'The families of those kinds.' }),
    transports: t.expose('transports', { type: [TransportEnum], description: 'How its signals can come.' }),
    settings: t.expose('settings', { type: [SourceSetting], description: 'The settings of its adapter.' }),
    signals: t.exposeInt('signals', { description: 'How many signals it delivered.' }),
    rejected: t.exposeInt('rejected', { description: 'How many of its records were bad.' }),
    duplicates: t.exposeInt('duplicates', { description: 'How many of its signals we had already.' }),
    skipped: t.field({
      type: [SkippedCount],
      description: 'Its records that were not kept, by reason, most first.',
      resolve: (source) => listSkipped(source.skipped),
    }),
    lastSignalAt: t.expose('lastSignalAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When we received its latest signal.',
    }),
    lastBatchAt: t.expose('lastBatchAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last delivered anything.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'What went wrong last; null if nothing did.',
    }),
  }),
});

builder.queryField('sources', (t) =>
  t.field({
    type: [Source],
    description: 'Every source that can deliver or has delivered, by id.',
    extensions: { cost: 10 },
    resolve: async (_root, _args, { read, adapters }) => {
      const figures = new Map((await read((tx) => sources.figures(tx))).map((one) => [one.source, one]));
      const ids = [...new Set([...adapters.keys(), ...figures.keys()])].sort();
      return ids.map((id): SourceShape => {
        const installed = adapters.get(id);
        const { source: _, ...delivered } = figures.get(id) ?? NOTHING;
        return {
          ...delivered,
          id,
          ...(installed ? declared(installed.adapter, installed.settings) : undeclared(id)),
        };
      });
    },
  }),
);

const NOTHING: sources.SourceFigures = {
  source: '',
  signals: 0,
  rejected: 0,
  duplicates: 0,
  skipped: {},
  lastSignalAt: null,
  lastBatchAt: null,
  lastError: null,
};

type Declaration = Omit<SourceShape, keyof sources.SourceFigures | 'id'>;

const undeclared = (id: string): Declaration => ({
  title: id,
  description: '',
  homepage: null,
  kinds: [],
  families: [],
  transports: [],
  settings: [],
});

function declared(adapter: Adapter, settings: unknown): Declaration {
  return {
    title: adapter.title,
    description: adapter.description,
    homepage: adapter.homepage,
    kinds: adapter.kinds,
    families: [...new Set(adapter.kinds.map(familyOf))],
    transports: (['file', 'push', 'poll'] as const).filter((transport) => adapter[transport]),
    settings: settingsOf(adapter, settings as Record<string, unknown> | undefined),
  };
}

function settingsOf(adapter: Adapter, values: Record<string, unknown> | undefined): SettingShape[] {
  const { properties = {} } = z.toJSONSchema(adapter.settings, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description = '', secret = false } = schema as { description?: string; secret?: boolean };
    const value = values?.[name];
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    return {
      name,
      description,
      secret,
      value: value === undefined || value === '' ? null : secret ? '***' : shown,
    };
  });
}
