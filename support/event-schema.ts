import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../lib/events/names.ts';

/** docs/schema/events.json, made of the types in lib/events. `node --import=tsx support/event-schema.ts` writes it anew. */

export const eventSchemaFile = fileURLToPath(new URL('../docs/schema/events.json', import.meta.url));

type Schema = Readonly<Record<string, unknown>>;

/** JSON Schema, draft 7: one definition for each of the 43 events, and the whole is any one of them. */
export function eventSchema(): Schema {
  const generator = createGenerator({
    path: fileURLToPath(new URL('../lib/events/event.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    type: 'CallEvent',
    // The compiler looks at the types; this only reads them.
    skipTypeCheck: true,
    additionalProperties: false,
    sortProps: true,
  });
  const { definitions = {} } = generator.createSchema('CallEvent');
  const families = withWireNames(definitions as Record<string, Schema>);
  const names = [...CALL_THREAD_EVENTS, ...AGENT_STATE_EVENTS, 'EventAttachedDataChanged' as const].sort();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:baton:schema:events',
    title: "Baton's events",
    description:
      'Attribute names are those of T-Library. UserData is an array, so that order and duplicate keys are kept.',
    oneOf: names.map(name => ({ $ref: `#/definitions/${name}` })),
    definitions: { ...families, ...Object.fromEntries(names.map(name => [name, eventOf(name, families)])) },
  };
}

/** A pair of an event leaves its scope at home, a branded string is a string, and nobody needs a type that nothing names. */
function withWireNames(definitions: Record<string, Schema>): Record<string, Schema> {
  const text = JSON.stringify(definitions)
    .replaceAll('"#/definitions/EventPair"', '"#/definitions/UserDataPair"')
    // In draft 7 nothing counts beside $ref, the pattern neither.
    .replaceAll(/"\$ref":"#\/definitions\/Brand[^"]*"/g, '"type":"string"');
  const families = JSON.parse(text) as Record<string, Schema>;
  withoutTenant(families['AgentStateEvent']);
  const named = ([name]: [string, Schema]): boolean =>
    /^(?:CallHandling|Routing|Treatment|AgentState)Event$|^EventAttached/.test(name) ||
    text.includes(`"#/definitions/${name}"`);
  return Object.fromEntries(Object.entries(families).filter(named).filter(isWire));
}

/** Encoding leaves it at home. */
function withoutTenant(schema: Schema = {}): void {
  const { properties, required } = schema as { properties: Record<string, unknown>; required: string[] };
  delete properties['tenant'];
  required.splice(required.indexOf('tenant'), 1);
}

const isWire = ([name]: [string, Schema]): boolean => !['CallEvent', 'EventPair', 'Scope'].includes(name);

/** The family's definition narrowed to one name. */
function eventOf(name: string, families: Record<string, Schema>): Schema {
  const own = families[name];
  if (own !== undefined) return own;
  for (const [family, schema] of Object.entries(families)) {
    const { id } = (schema['properties'] ?? {}) as { id?: { $ref?: string; enum?: readonly string[] } };
    const words = id?.enum ?? (families[id?.$ref?.split('/').pop() ?? '']?.['enum'] as string[] | undefined);
    if (words?.includes(name) === true)
      return {
        allOf: [{ $ref: `#/definitions/${family}` }, { type: 'object', properties: { id: { const: name } } }],
      };
  }
  throw new Error(`no type says what ${name} carries`);
}

/** The text of docs/schema/events.json. */
export function eventSchemaText(): string {
  return `${JSON.stringify(eventSchema(), undefined, 2)}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(eventSchemaFile, eventSchemaText());
