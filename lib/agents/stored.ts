import type { Agent, LoggedIn } from './agent.ts';

type Thing = Readonly<Record<string, unknown>>;

/** What an agent that is logged in has, and whether a thing may be that. */
const members: Readonly<Record<Exclude<keyof LoggedIn, 'is'>, (thing: unknown) => boolean>> = {
  tenant: isText,
  agentId: isText,
  revision: isCount,
  dn: isText,
  queues: things => Array.isArray(things) && things.every(isText),
  workMode: isText,
  reasons: things => Array.isArray(things) && things.every(isPair),
  dnd: thing => typeof thing === 'boolean',
  forwardTo: thing => thing === undefined || isText(thing),
  muted: isPartOf({ connId: isText }),
  deafened: isPartOf({ connId: isText }),
  monitoring: isPartOf({ dn: isText, type: isText }),
  messages: isPartOf({ fresh: isCount, old: isCount, urgent: isCount, urgentOld: isCount }),
};

/** An agent as it was before it was stored as JSON; undefined for what no Baton has stored so. */
export function agentFrom(thing: unknown): Agent | undefined {
  if (!isThing(thing)) return undefined;
  const { is } = thing;
  const names: readonly string[] =
    is === 'logged-out' ? ['tenant', 'agentId', 'revision'] : Object.keys(members);
  const isWhole = names.every(name => members[name as keyof typeof members](thing[name]));
  if (!isWhole || !['logged-out', 'not-ready', 'ready'].includes(String(is))) return undefined;
  // JSON has no place for members that are undefined, of which an agent has some.
  return Object.fromEntries(['is', ...names].map(name => [name, thing[name]])) as unknown as Agent;
}

function isThing(thing: unknown): thing is Thing {
  return typeof thing === 'object' && thing !== null;
}

function isText(thing: unknown): boolean {
  return typeof thing === 'string';
}

function isCount(thing: unknown): boolean {
  return Number.isSafeInteger(thing);
}

function isPair(thing: unknown): boolean {
  return isThing(thing) && isText(thing['key']) && isText(thing['type']) && thing['value'] !== undefined;
}

/** Undefined, or an object of which no member is anything else. */
function isPartOf(parts: Readonly<Record<string, (thing: unknown) => boolean>>): (thing: unknown) => boolean {
  return thing =>
    thing === undefined ||
    (isThing(thing) && Object.entries(thing).every(([name, part]) => parts[name]?.(part) ?? false));
}
