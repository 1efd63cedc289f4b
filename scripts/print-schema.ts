/** Writes schema/schema.graphql, the printed whole of the API. */
import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/index.ts';

const target = new URL('../schema/schema.graphql', import.meta.url);
await writeFile(target, `${printSchema(lexicographicSortSchema(schema))}\n`);
console.log('schema/schema.graphql written');
