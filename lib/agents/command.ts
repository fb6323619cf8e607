import type { UserDataPair } from '../attached-data/entry.ts';
import type { ConnId, Dn } from '../call/ids.ts';
import type { AgentWorkMode } from '../events/attributes.ts';
import type { MonitorType } from './agent.ts';

/** What is wanted of an agent. */
export type AgentCommand = AgentAction & {
  /** Comes back as ReferenceID in the events of this command. */
  readonly referenceId?: number;
  /** Reasons of the events of this command. */
  readonly reasons?: readonly UserDataPair[];
};

export type AgentAction =
  | { readonly action: 'login'; readonly dn: Dn; readonly queues?: readonly string[] }
  | { readonly action: 'logout' }
  | { readonly action: 'queue-logout'; readonly queue: string }
  | { readonly action: 'ready'; readonly workMode?: AgentWorkMode }
  | { readonly action: 'not-ready'; readonly workMode?: AgentWorkMode }
  | { readonly action: 'dnd-on' | 'dnd-off' }
  /** `to`: a SIP or tel URI, or a telephone number. */
  | { readonly action: 'forward-set'; readonly to: string }
  | { readonly action: 'forward-cancel' }
  /** Without a ConnID all calls. */
  | { readonly action: 'mute-on' | 'listen-disconnect'; readonly connId?: ConnId }
  | { readonly action: 'mute-off' | 'listen-reconnect' }
  | { readonly action: 'monitor-next-call'; readonly monitorDn?: Dn; readonly type?: MonitorType }
  | { readonly action: 'monitor-cancel' }
  /** How many are new, how many old, and how many of either are urgent. */
  | {
      readonly action: 'message-waiting-on';
      readonly waiting?: number;
      readonly old?: number;
      readonly urgent?: number;
      readonly urgentOld?: number;
    }
  | { readonly action: 'message-waiting-off' };

export type ActionName = AgentAction['action'];

/** The command of one action. */
export type CommandOf<Name extends ActionName> = Extract<AgentCommand, { action: Name }>;
