import { type Static, type TObject, type TProperties, Type } from 'typebox';
import type { MessagesView } from '../agents/agent-view.ts';
import { monitorTypes } from '../agents/agent.ts';
import type { ActionName } from '../agents/command.ts';
import { agentWorkModes } from '../events/attributes.ts';
import { barePair, dnPattern, maxDnChars, Party, ReferenceId, ShownPairs, words } from './schemas.ts';

/** What agents are asked, and how they are shown: checked against, and in /openapi.json. */

const name = { minLength: 1, maxLength: maxDnChars, pattern: dnPattern } as const;
const maxQueues = 100;
const maxReasons = 20;

const always = {
  referenceId: Type.Optional(ReferenceId),
  reasons: Type.Optional(
    Type.Array(Type.Object(barePair, { additionalProperties: false }), {
      maxItems: maxReasons,
      description: 'Reasons of the events; at most 4,096 octets packed.',
    }),
  ),
};

function action<const Action extends ActionName, Members extends TProperties>(
  named: Action,
  members: Members,
) {
  return Type.Object({ action: Type.Literal(named), ...members, ...always }, { additionalProperties: false });
}

const workMode = {
  workMode: Type.Optional(words(agentWorkModes, "T-Library's AgentWorkMode; Unknown when absent.")),
};
const readyModes = ['Unknown', 'ManualIn', 'AutoIn', 'ReturnBack'] as const;
const oneCall = {
  connId: Type.Optional(
    Type.String({ maxLength: 200, description: 'The only call; all there are and come when absent.' }),
  ),
};
const countRange = { minimum: 0, maximum: 2 ** 31 - 1 } as const;
const some = Type.Optional(Type.Integer(countRange));

const actions = [
  action('login', {
    dn: Type.String({ ...name, description: 'Where the agent works.' }),
    queues: Type.Optional(Type.Array(Type.String(name), { maxItems: maxQueues })),
  }),
  action('logout', {}),
  action('queue-logout', { queue: Type.String(name) }),
  action('ready', {
    workMode: Type.Optional(words(readyModes, "T-Library's AgentWorkMode; Unknown when absent.")),
  }),
  action('not-ready', workMode),
  action('dnd-on', {}),
  action('dnd-off', {}),
  action('forward-set', { to: Party }),
  action('forward-cancel', {}),
  action('mute-on', oneCall),
  action('mute-off', {}),
  action('listen-disconnect', oneCall),
  action('listen-reconnect', {}),
  action('monitor-next-call', {
    monitorDn: Type.Optional(Type.String(name)),
    type: Type.Optional(words(monitorTypes, 'MonitorOneCall when absent.')),
  }),
  action('monitor-cancel', {}),
  action('message-waiting-on', {
    waiting: some,
    old: some,
    urgent: Type.Optional(Type.Integer({ ...countRange, description: 'Of those waiting.' })),
    urgentOld: Type.Optional(Type.Integer({ ...countRange, description: 'Of the old ones.' })),
  }),
  action('message-waiting-off', {}),
] as const satisfies readonly TObject[];

export type AgentBody = Static<(typeof actions)[number]>;

/** `action` says which. */
export const AgentBody = Type.Unsafe<AgentBody>({
  type: 'object',
  required: ['action'],
  discriminator: { propertyName: 'action' },
  oneOf: [...actions],
});

export const AgentParams = Type.Object({ agentId: Type.String(name) });
/** Who only looks finds nothing under a name that nobody can have. */
export const AnyAgentParams = Type.Object({ agentId: Type.String() });

const orNull = <T>(schema: { type: string }) =>
  Type.Unsafe<T | null>({ ...schema, type: [schema.type, 'null'] });
const agentView = {
  agentId: Type.String(),
  tenant: Type.String(),
  dn: orNull<string>({ type: 'string' }),
  state: words(['logged-out', 'not-ready', 'ready'], ''),
  workMode: words(agentWorkModes, ''),
  reasons: ShownPairs,
  queues: Type.Array(Type.String()),
  dnd: Type.Boolean(),
  forwardTo: orNull<string>({ type: 'string' }),
  muted: Type.Boolean({ description: 'The others do not hear the agent.' }),
  mutedConnId: orNull<string>({ type: 'string' }),
  listenDisconnected: Type.Boolean({ description: 'The agent does not hear the others.' }),
  listenDisconnectedConnId: orNull<string>({ type: 'string' }),
  monitoring: Type.Unsafe<{ monitorDn: string | null; type: (typeof monitorTypes)[number] } | null>({
    type: ['object', 'null'],
    properties: {
      monitorDn: { type: ['string', 'null'] },
      type: { type: 'string', enum: [...monitorTypes] },
    },
    required: ['monitorDn', 'type'],
  }),
  messageWaiting: Type.Boolean(),
  messages: Type.Unsafe<MessagesView | null>({
    type: ['object', 'null'],
    properties: {
      waiting: { type: ['integer', 'null'] },
      old: { type: ['integer', 'null'] },
      urgent: { type: ['integer', 'null'] },
      urgentOld: { type: ['integer', 'null'] },
    },
    required: ['waiting', 'old', 'urgent', 'urgentOld'],
  }),
  revision: Type.Integer({ description: 'Counts what has changed.' }),
};

export const AgentDetail = Type.Object(agentView);
export const AgentList = Type.Object({ agents: Type.Array(AgentDetail) });

const { agentId, state, revision, ...restOfView } = agentView;

/** What a command is answered with. */
export const CommandedAgent = Type.Object(
  { agentId, state, revision, ...Type.Partial(Type.Object(restOfView)).properties },
  { description: 'Tokens without agents:read get agentId, state and revision only.' },
);
