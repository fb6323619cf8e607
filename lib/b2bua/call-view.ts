import type { UserDataPair } from '../attached-data/entry.ts';
import { type CustomContext, customContextOf, userDataOf } from '../attached-data/views.ts';
import { type Call, type CallState, partiesOf } from '../call/call.ts';
import type { LegState, Leg } from '../call/leg.ts';

/** One leg as `GET /v1/calls` shows it. */
export interface LegView {
  readonly dn: string;
  readonly role: 'caller' | 'callee';
  readonly state: LegState['is'];
  /** Trunk name; null when the leg belongs to none. */
  readonly trunk: string | null;
}

/** One live call as `GET /v1/calls` shows it. */
export interface CallView {
  readonly connId: string;
  readonly callThreadId: string;
  readonly state: CallState;
  readonly legs: readonly LegView[];
  /** ISO 8601 with milliseconds, UTC. */
  readonly startedAt: string;
}

/** One live call with what it carries, as `GET /v1/calls/{connId}` shows it. */
export interface CallDetail extends CallView {
  readonly userData: readonly UserDataPair[];
  readonly customContext: CustomContext;
  /** Counts the changes of the data. */
  readonly revision: number;
}

export function detailOf(call: Call): CallDetail {
  const { data, revision } = call;
  return { ...viewOf(call), userData: userDataOf(data), customContext: customContextOf(data), revision };
}

/** Of those that are not released. */
export function liveViewsOf(calls: Iterable<Call>): CallView[] {
  const views: CallView[] = [];
  for (const call of calls) if (call.state !== 'released') views.push(viewOf(call));
  return views;
}

export function viewOf(call: Call): CallView {
  const { connId, callThreadId, state, startedAtMs } = call;
  const legs = partiesOf(call).map(legView);
  return { connId, callThreadId, state, legs, startedAt: new Date(startedAtMs).toISOString() };
}

function legView({ dn, role, state, trunk }: Leg): LegView {
  return { dn, role, state: state.is, trunk: trunk.name === '' ? null : trunk.name };
}
