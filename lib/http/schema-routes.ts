import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import type { Api } from './api.ts';
import { json, problems } from './schemas.ts';

/** Beside lib/ and beside dist/ alike. */
const folder = new URL('../../docs/schema/', import.meta.url);

/** The documents of docs/schema as they stand there; the second names the first by its relative address. */
const documents = [
  {
    file: 'events.json',
    paths: ['/v1/schema', '/v1/schema/events.json'],
    summary: 'The 43 events (JSON Schema)',
  },
  {
    file: 'asyncapi.json',
    paths: ['/v1/schema/asyncapi.json'],
    summary: 'Where events can be read (AsyncAPI)',
  },
] as const;

/** `/v1/schema` and what is below it. */
export function addSchemaRoutes(api: Api): void {
  for (const { file, paths, summary } of documents) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const schema = {
      summary,
      response: { 200: json(Type.Object({}), 'The document'), ...problems(401, 429) },
    };
    for (const path of paths) {
      api.get(path, { schema }, async (_request, reply) => {
        return await reply.type('application/json; charset=utf-8').send(text);
      });
    }
  }
}
