import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { encodeEvent } from '../../lib/events/encode.ts';
import type { CallEvent } from '../../lib/events/event.ts';

/** Whether an event is as docs/schema/events.json says. Those that a Baton tells in a test all are judged (every-event.ts). */

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schema/events.json', import.meta.url), 'utf8'),
) as Record<string, object>;
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(schema, 'events');
const validators = new Map<unknown, ValidateFunction | undefined>();

/** What is wrong with an event as it goes over the wire; undefined when it is as documented. */
export function eventFault(event: unknown): string | undefined {
  const id: unknown = typeof event === 'object' && event !== null && 'id' in event ? event.id : undefined;
  if (!validators.has(id)) validators.set(id, ajv.getSchema(`events#/definitions/${String(id)}`));
  const validate = validators.get(id);
  if (validate === undefined || !String(id).startsWith('Event')) return `no event is named ${String(id)}`;
  return validate(event) ? undefined : `${String(id)}: ${ajv.errorsText(validate.errors)}`;
}

/** For those that are decided and not told: throws for the first that is not as documented. */
export function checkEvents(events: readonly CallEvent[]): void {
  for (const event of events) {
    const fault = eventFault(JSON.parse(encodeEvent(event)));
    if (fault !== undefined) throw new Error(fault);
  }
}
