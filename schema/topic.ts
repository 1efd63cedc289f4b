/** Topics: what signals are about; and the clusters they are in. */
import { Invalid } from '../src/core/errors.ts';
import { normalTopic } from '../src/core/topics.ts';
import * as topics from '../src/store/topics.ts';
import { builder } from './builder.ts';
import * as globalId from './global-id.ts';

/** A topic is known by its name; the rest is looked up only if asked for. */
export const Topic = builder.objectRef<string>('Topic');
export const Cluster = builder.objectRef<topics.Cluster>('Cluster');

/** The name in a topic's global id, or in a name as people write it. Throws `Invalid` for another type's id. */
export function topicNameOf(idOrName: string): string {
  const text = Buffer.from(idOrName, 'base64').toString('utf8');
  if (globalId.encode('Topic', text.slice('Topic:'.length)) === idOrName) return text.slice('Topic:'.length);
  if (/^[A-Za-z]+:[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)) {
    throw new Invalid(`'${idOrName}' is no topic`, 'Use the `id` of a Topic, or its name.', {
      field: 'topic',
    });
  }
  return normalTopic(idOrName);
}

const ClusterTopic = builder.objectRef<{ topic: string; weight: number }>('ClusterTopic').implement({
  description: 'A topic in a cluster.',
  fields: (t) => ({
    topic: t.expose('topic', { type: Topic, description: 'The topic.' }),
    weight: t.exposeFloat('weight', { description: 'How much it speaks for the cluster, above 0 up to 1.' }),
  }),
});

Topic.implement({
  description: 'What a signal is about.',
  fields: (t) => ({
    id: t.id({
      description: 'The same for the same topic.',
      resolve: (name) => globalId.encode('Topic', name),
    }),
    name: t.string({ description: 'Its name, lower case.', resolve: (name) => name }),
    aliases: t.stringList({
      description: 'What sources may call it, as it was declared.',
      resolve: async (name, _args, { loaders }) => (await loaders.topic().load(name))?.aliases ?? [],
    }),
    declared: t.boolean({
      description: 'Whether somebody declared it; false: it is known only from signals.',
      resolve: async (name, _args, { loaders }) => (await loaders.topic().load(name))?.declared ?? false,
    }),
    clusters: t.field({
      type: [Cluster],
      description: 'The clusters it is in.',
      resolve: async (name, _args, { loaders }) =>
        (await loaders.clusters()).filter((one) => one.topics.some(({ topic }) => topic === name)),
    }),
  }),
});

Cluster.implement({
  description: 'Topics that belong together; they are judged together too.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, lower case.' }),
    topics: t.expose('topics', { type: [ClusterTopic], description: 'Its topics, the weightiest first.' }),
  }),
});

builder.queryFields((t) => ({
  topics: t.field({
    type: [Topic],
    description: 'Topics that were declared, and those recent signals named, by name.',
    extensions: { cost: 100 },
    resolve: (_root, _args, { read }) => read(async (tx) => (await topics.list(tx)).map((one) => one.name)),
  }),
  clusters: t.field({
    type: [Cluster],
    description: 'Clusters of topics, by name.',
    resolve: (_root, _args, { loaders }) => loaders.clusters(),
  }),
}));
