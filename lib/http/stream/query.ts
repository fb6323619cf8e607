import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../../events/names.ts';
import type { EventFilter } from '../../stream/filter.ts';
import { parsePosition, type Position } from '../../stream/position.ts';

/** What a subscriber asks for. */
export interface Wanted {
  readonly filter: EventFilter;
  readonly after?: Position;
}

/** Which parameter is at fault, and why. */
export interface BadQuery {
  readonly parameter: string;
  readonly detail: string;
}

const kinds = ['dn', 'connId', 'id'] as const;
const eventNames: ReadonlySet<string> = new Set([
  ...CALL_THREAD_EVENTS,
  ...AGENT_STATE_EVENTS,
  'EventAttachedDataChanged',
]);
/** Of no process: leads to a gap. */
const nowhere: Position = { run: '', number: 0 };

/**
 * Reads `?dn=…&connId=…&id=…&after=…`; the first three may be repeated. A browser that reconnects by itself repeats the address
 * with its old `after` and adds Last-Event-ID: the header is newer and wins.
 */
export function parseWanted(url: string, lastEventId?: string): Wanted | BadQuery {
  const question = url.indexOf('?');
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  const fault = faultOf(query);
  if (fault !== undefined) return fault;
  const filter = Object.fromEntries(
    kinds.filter(kind => query.has(kind)).map(kind => [kind, new Set(query.getAll(kind))]),
  );
  const after = query.get('after');
  // WHATWG HTML §9.2.6: an empty one is none.
  if (lastEventId !== undefined && lastEventId !== '')
    return { filter, after: parsePosition(lastEventId) ?? nowhere };
  return after === null ? { filter } : { filter, after: parsePosition(after) ?? nowhere };
}

function faultOf(query: URLSearchParams): BadQuery | undefined {
  for (const [parameter, value] of query) {
    const why = whyBad(parameter, value);
    if (why !== undefined) return { parameter, detail: `${quoted(parameter)}: ${why}` };
  }
  return query.getAll('after').length > 1
    ? { parameter: 'after', detail: '"after": given twice' }
    : undefined;
}

function whyBad(parameter: string, value: string): string | undefined {
  if (parameter === 'after')
    return parsePosition(value) === undefined ? 'not a position of a stream' : undefined;
  if (!kinds.some(kind => kind === parameter)) return 'no such parameter; there are dn, connId, id, after';
  if (value === '') return 'empty';
  if (parameter === 'id' && !eventNames.has(value)) return `no event is named ${quoted(value)}`;
  return undefined;
}

/** Short enough for the reason of a WebSocket close. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 30 ? `${text.slice(0, 30)}…` : text);
}
