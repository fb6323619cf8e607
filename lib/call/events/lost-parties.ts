import type { AgentStateEvent, CallHandlingEvent } from '../../events/event.ts';
import type { CallHandlingEventName } from '../../events/names.ts';
import type { Verdict } from '../ending/verdict.ts';
import { howEnded } from './party-event.ts';

/** After them the call has not been answered. */
const unanswered: readonly CallHandlingEventName[] = ['EventDialing', 'EventRinging', 'EventNetworkReached'];

/**
 * What parties are told of a call that is lost because the process that carried it ended: of each `lasts` has the event that it
 * was told last. Those of one call follow one another, the caller first.
 */
export function releasedAsLost(lasts: readonly CallHandlingEvent[], nowMs: number): CallHandlingEvent[] {
  const rank = ({ ThisDNRole }: CallHandlingEvent): number => (ThisDNRole === 'Origination' ? 0 : 1);
  return lasts
    .toSorted((a, b) => a.CallID - b.CallID || rank(a) - rank(b) || a.time - b.time)
    .map(last => releasedOf(last, nowMs));
}

/** What DNs are told then that were left off the hook: `lifted` has the EventOffHook of each. After what their calls are told. */
export function onHookAsLost(lifted: readonly AgentStateEvent[], nowMs: number): AgentStateEvent[] {
  return lifted.map(({ tenant, Server, ThisDN, AgentID }) => ({
    id: 'EventOnHook',
    ...{ tenant, time: nowMs, Server, ThisDN },
    ...(AgentID !== undefined && { AgentID }),
  }));
}

function releasedOf(last: CallHandlingEvent, nowMs: number): CallHandlingEvent {
  const { ThisTrunk, OtherDN, OtherDNRole, OtherTrunk, ANI, DNIS, UserData } = last;
  const { Server, ConnID, CallID, CallThreadID, CallType, ThisDN, ThisDNRole } = last;
  const wasAnswered = !unanswered.includes(last.id);
  const verdict: Verdict = {
    by: 'baton',
    why: 'lost',
    sipStatus: wasAnswered ? 200 : 503,
    atFault: 'baton',
  };
  return {
    id: 'EventReleased',
    time: nowMs,
    ...{ Server, ConnID, CallID, CallThreadID, CallType },
    CallState: 'SystemError',
    ...{ ThisDN, ThisDNRole },
    ...(ThisTrunk !== undefined && { ThisTrunk }),
    ...(OtherDN !== undefined && { OtherDN }),
    ...(OtherDNRole !== undefined && { OtherDNRole }),
    ...(OtherTrunk !== undefined && { OtherTrunk }),
    ...(ANI !== undefined && { ANI }),
    ...(DNIS !== undefined && { DNIS }),
    ...(UserData !== undefined && { UserData }),
    ...howEnded(verdict),
  };
}
