import type { ConnId, Dn } from '../call/ids.ts';
import type { ErrorCode } from '../errors.ts';
import type { AgentStateEvent } from '../events/event.ts';
import { dnOfUri } from '../routing/dn.ts';
import { partyUri } from '../routing/party-uri.ts';
import {
  type Agent,
  type LoggedIn,
  loggedIn,
  loggedOut,
  type LoggedOut,
  type Switches,
  type WhichCalls,
} from './agent.ts';
import type { AgentCommand, CommandOf } from './command.ts';
import { type Tell, tellOf, tellsOfLogout } from './tell.ts';

/** When a command comes, and to whom. */
export interface Moment {
  readonly nowMs: number;
  /** `baton/<node>`. */
  readonly server: string;
}

export type Outcome = Done | Forbidden;

/** As it is then, and what is told. */
export interface Done {
  readonly ok: true;
  readonly agent: Agent;
  readonly events: readonly AgentStateEvent[];
}

interface Forbidden {
  readonly ok: false;
  readonly code: ErrorCode;
}

interface Step {
  readonly ok: true;
  readonly agent: Agent;
  /** Whose events they are. */
  readonly dn: Dn;
  readonly tells: readonly Tell[];
}

/** What becomes of an agent by one command: as it is then and what is told, or why nothing has changed. Pure. */
export function carryOut(agent: Agent, command: AgentCommand, moment: Moment): Outcome {
  const step = agent.is === 'logged-out' ? whileLoggedOut(agent, command) : whileLoggedIn(agent, command);
  if (!step.ok) return step;
  return done(agent, step, { ...command, ...moment });
}

/** What was only about a call ends with it; undefined: there was nothing. */
export function withoutCall(agent: LoggedIn, connId: ConnId, moment: Moment): Done | undefined {
  const muted = agent.muted?.connId === connId ? agent.muted : undefined;
  const deafened = agent.deafened?.connId === connId ? agent.deafened : undefined;
  if (muted === undefined && deafened === undefined) return undefined;
  const tells = [
    ...(muted === undefined ? [] : [tellOf.mute(muted, false)]),
    ...(deafened === undefined ? [] : [tellOf.deafen(deafened, false)]),
  ];
  const next = {
    ...agent,
    muted: muted === undefined ? agent.muted : undefined,
    deafened: deafened === undefined ? agent.deafened : undefined,
  };
  return done(agent, { ok: true, agent: next, dn: agent.dn, tells }, moment);
}

/** Its party is in another call now; nothing is told of that here. Undefined: there is nothing about the one that it comes from. */
export function inOtherCall(agent: LoggedIn, from: ConnId, to: ConnId): LoggedIn | undefined {
  const { muted, deafened } = agent;
  if (muted?.connId !== from && deafened?.connId !== from) return undefined;
  const moved = (calls: WhichCalls | undefined) => (calls?.connId === from ? { connId: to } : calls);
  return { ...agent, muted: moved(muted), deafened: moved(deafened) };
}

type Occasion = Moment & Pick<AgentCommand, 'referenceId' | 'reasons'>;

function done({ tenant, agentId, revision }: Agent, step: Step, occasion: Occasion): Done {
  const { nowMs, server, referenceId, reasons = [] } = occasion;
  const events = step.tells.map(
    (tell): AgentStateEvent => ({
      ...tell,
      tenant,
      time: nowMs,
      Server: server,
      ThisDN: step.dn,
      AgentID: agentId,
      ...(referenceId !== undefined && { ReferenceID: referenceId }),
      ...(reasons.length > 0 && { Reasons: reasons }),
    }),
  );
  return { ok: true, agent: { ...step.agent, revision: revision + 1 }, events };
}

function whileLoggedOut(agent: LoggedOut, command: AgentCommand): Step | Forbidden {
  if (command.action !== 'login') return forbidden('agent-logged-out');
  const { dn } = command;
  const queues = [...new Set(command.queues)];
  // T-Library knows one queue for a login.
  const tells = queues.length === 0 ? [tellOf.login()] : queues.map(queue => tellOf.login(queue));
  return { ok: true, agent: loggedIn(agent, { dn, queues }), dn, tells };
}

function whileLoggedIn(agent: LoggedIn, command: AgentCommand): Step | Forbidden {
  switch (command.action) {
    case 'login':
      return forbidden('agent-logged-in');
    case 'logout':
      return { ok: true, agent: loggedOut(agent), dn: agent.dn, tells: tellsOfLogout(agent) };
    case 'queue-logout': {
      const queues = agent.queues.filter(queue => queue !== command.queue);
      if (queues.length === agent.queues.length) return forbidden('agent-not-in-queue');
      return changed(agent, { queues }, tellOf.queueLogout(command.queue));
    }
    case 'ready':
      return ready(agent, command);
    case 'not-ready': {
      // Our choice: it may say again that it is not, and why.
      const { workMode = 'Unknown', reasons = [] } = command;
      return changed(agent, { is: 'not-ready', workMode, reasons }, tellOf.notReady(workMode));
    }
    default:
      return switched(agent, command);
  }
}

function ready(agent: LoggedIn, { workMode = 'Unknown', reasons = [] }: CommandOf<'ready'>) {
  if (agent.is === 'ready' && agent.workMode === workMode) return forbidden('agent-unchanged');
  return changed(agent, { is: 'ready', workMode, reasons }, tellOf.ready(workMode));
}

type SwitchCommand = Exclude<
  AgentCommand,
  { action: 'login' | 'logout' | 'queue-logout' | 'ready' | 'not-ready' }
>;

/** What is on can only be turned off, and the other way round. */
function switched(agent: LoggedIn, command: SwitchCommand): Step | Forbidden {
  const { dnd, muted, deafened, monitoring, messages, forwardTo } = agent;
  switch (command.action) {
    case 'dnd-on':
      return dnd ? unchanged : changed(agent, { dnd: true }, tellOf.dnd(true));
    case 'dnd-off':
      return dnd ? changed(agent, { dnd: false }, tellOf.dnd(false)) : unchanged;
    case 'forward-set':
      return forward(agent, command.to);
    case 'forward-cancel':
      return forwardTo === undefined ? unchanged : off(agent, 'forwardTo', tellOf.forward(forwardTo, false));
    case 'mute-on':
      return muted === undefined
        ? changed(agent, { muted: which(command) }, tellOf.mute(which(command), true))
        : unchanged;
    case 'mute-off':
      return muted === undefined ? unchanged : off(agent, 'muted', tellOf.mute(muted, false));
    case 'listen-disconnect':
      return deafened === undefined
        ? changed(agent, { deafened: which(command) }, tellOf.deafen(which(command), true))
        : unchanged;
    case 'listen-reconnect':
      return deafened === undefined ? unchanged : off(agent, 'deafened', tellOf.deafen(deafened, false));
    case 'monitor-next-call':
      return monitoring === undefined ? monitor(agent, command) : unchanged;
    case 'monitor-cancel':
      return monitoring === undefined
        ? unchanged
        : off(agent, 'monitoring', tellOf.monitoring(monitoring, false));
    case 'message-waiting-on':
      return messagesWait(agent, command);
    case 'message-waiting-off':
      return messages === undefined ? unchanged : off(agent, 'messages', tellOf.messages(messages, false));
    default:
      return command satisfies never;
  }
}

function forward(agent: LoggedIn, to: string): Step | Forbidden {
  if (agent.forwardTo === to) return unchanged;
  const uri = partyUri(to);
  if (uri === undefined) return forbidden('unprocessable');
  if (dnOfUri(uri) === agent.dn) return forbidden('forward-loop');
  return changed(agent, { forwardTo: to }, tellOf.forward(to, true));
}

function monitor(agent: LoggedIn, { monitorDn, type = 'MonitorOneCall' }: CommandOf<'monitor-next-call'>) {
  const monitoring = { type, ...(monitorDn !== undefined && { dn: monitorDn }) };
  return changed(agent, { monitoring }, tellOf.monitoring(monitoring, true));
}

/** Again with other numbers is a change too. */
function messagesWait(agent: LoggedIn, command: CommandOf<'message-waiting-on'>): Step | Forbidden {
  const { waiting: fresh, old, urgent, urgentOld } = command;
  const { messages: before } = agent;
  const isSame =
    before?.fresh === fresh &&
    before?.old === old &&
    before?.urgent === urgent &&
    before?.urgentOld === urgentOld;
  if (before !== undefined && isSame) return unchanged;
  const messages = {
    ...(fresh !== undefined && { fresh }),
    ...(old !== undefined && { old }),
    ...(urgent !== undefined && { urgent }),
    ...(urgentOld !== undefined && { urgentOld }),
  };
  return changed(agent, { messages }, tellOf.messages(messages, true));
}

function which({ connId }: { readonly connId?: ConnId }) {
  return connId === undefined ? {} : { connId };
}

function changed(agent: LoggedIn, parts: Partial<LoggedIn>, tell: Tell): Step {
  return { ok: true, agent: { ...agent, ...parts }, dn: agent.dn, tells: [tell] };
}

function off(agent: LoggedIn, what: Exclude<keyof Switches, 'dnd'>, tell: Tell): Step {
  return changed(agent, { [what]: undefined }, tell);
}

function forbidden(code: ErrorCode): Forbidden {
  return { ok: false, code };
}

const unchanged = forbidden('agent-unchanged');
