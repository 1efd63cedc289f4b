/** The schema: every file adds its types to the builder by being imported. */
import './account.ts';
import './api-key.ts';
import './batch.ts';
import './buying-group.ts';
import './explanation.ts';
import './graph.ts';
import './model-preview.ts';
import './person.ts';
import './review.ts';
import './pre-mql-flag.ts';
import './privacy.ts';
import './scoring-model.ts';
import './signal.ts';
import './source.ts';
import './stage.ts';
import './surge.ts';
import './topic.ts';
import './upsert.ts';
import './workspace.ts';
import { buildSchema } from './builder.ts';

export const schema = buildSchema();
