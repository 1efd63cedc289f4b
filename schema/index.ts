/** The schema: every file adds its types to the builder by being imported. */
import './account.ts';
import './api-key.ts';
import './batch.ts';
import './graph.ts';
import './person.ts';
import './scoring-model.ts';
import './signal.ts';
import './source.ts';
import './upsert.ts';
import './workspace.ts';
import { buildSchema } from './builder.ts';

export const schema = buildSchema();
