import type { AttachedData } from '../../attached-data/entry.ts';
import type { ErrorCode } from '../../errors.ts';
import { incomingCallOf } from '../../events/incoming-call.ts';
import { redirectedTo } from '../../routing/route.ts';
import type { ConsultRule } from '../../routing/trunk.ts';
import { tryNextTarget } from './attempt.ts';
import { beginConsultation, dataAhead, setConsultRule } from '../data/consultation-data.ts';
import { emptyPayload } from '../relay/relay.ts';
import { releaseCall } from '../ending/release.ts';
import type { NewRequest } from '../signal.ts';
import type { Turn } from '../turn.ts';
import { decidedAgainst, type Verdict } from '../ending/verdict.ts';

/** What somebody outside decides about a call that comes in. */
export type ScreeningVerdict =
  /** It goes on as routed. */
  | ({ readonly action: 'answer' } & Consulting)
  /** It goes to this SIP URI instead. */
  | ({ readonly action: 'redirect'; readonly target: string } & Consulting)
  /** 4xx to 6xx. */
  | { readonly action: 'reject'; readonly status: number; readonly reason?: string }
  | { readonly action: 'none'; readonly code: NoDecision };

interface Consulting {
  /** Of a consultation: what it has of the data of the call that is held. Absent: as its route says. */
  readonly consult?: ConsultRule;
}

/** Nobody answered in time; or what was answered is no decision. */
export type NoDecision = Extract<ErrorCode, 'decision-missing' | 'decision-invalid'>;

/** Not from the wire: the answer to the effect `askDecision`. */
export interface Decided {
  readonly type: 'decided';
  readonly verdict: ScreeningVerdict;
  /** Data of the call that the caller holds, as it is now. Absent: it is the same, or there is none. */
  readonly held?: AttachedData;
}

export interface ScreeningRules {
  /** Names of the callers' trunks whose calls are asked about; all when absent. */
  readonly trunks?: ReadonlySet<string>;
  /** What becomes of a call about which nothing was decided. */
  readonly onTimeout: 'answer' | 'reject';
}

/** What is known of the call is there, its targets too: sends it on, or asks first. */
export function beginOrAsk(turn: Turn, request: NewRequest): void {
  const { call, env } = turn;
  const { screening } = env;
  if (screening === undefined || screening.trunks?.has(call.caller.trunk.name) === false) {
    goOn(turn);
    return;
  }
  const { connId, callThreadId, caller } = call;
  const { from, requestUri } = request;
  const data = dataAhead(turn).filter(({ key }) => !env.keys.redacts(key, 'events'));
  const incoming = incomingCallOf({ connId, callThreadId, callerDn: caller.dn, from, requestUri, data });
  turn.change({ state: 'screening' });
  turn.perform({ do: 'askDecision', incoming });
}

/** A decision about a call whose caller has gone meanwhile decides nothing. */
export function onDecided(turn: Turn, { verdict, held }: Decided): void {
  const { state, invite } = turn.call;
  if (state !== 'screening' || invite === undefined) return;
  switch (verdict.action) {
    case 'answer':
      noteDecided(turn, 'answer');
      goOn(turn, { ...verdict, held });
      return;
    case 'redirect':
      redirect(turn, verdict, invite, held);
      return;
    case 'reject':
      noteDecided(turn, 'reject');
      reject(turn, decidedAgainst(verdict.status), verdict.reason);
      return;
    case 'none':
      goOnUndecided(turn, verdict.code, held);
      return;
    default:
      return verdict satisfies never;
  }
}

/** Where the decision may send it, the caller could have called: nobody becomes an open relay by a webhook. */
function redirect(
  turn: Turn,
  { target, ...verdict }: Extract<ScreeningVerdict, { action: 'redirect' }>,
  { requestUri }: NewRequest,
  held: AttachedData | undefined,
): void {
  const route = redirectedTo(target, { requestUri, standing: turn.call.standing }, turn.env.routing);
  if ('refusal' in route) {
    goOnUndecided(turn, 'decision-invalid', held);
    return;
  }
  noteDecided(turn, 'redirect');
  turn.change({ targets: route.targets });
  goOn(turn, { ...verdict, held });
}

function goOnUndecided(turn: Turn, code: NoDecision, held: AttachedData | undefined): void {
  const action = turn.env.screening?.onTimeout ?? 'answer';
  noteDecided(turn, action, code);
  // 503 would tell the peer to take another server: nothing would be better there.
  if (action === 'reject') reject(turn, { by: 'baton', why: 'rejected', sipStatus: 480, atFault: 'baton' });
  else goOn(turn, { held });
}

interface Onward extends Consulting {
  /** Data of the call that the caller holds, as it is now. */
  readonly held?: AttachedData | undefined;
}

function goOn(turn: Turn, { consult, held }: Onward = {}): void {
  if (consult !== undefined) setConsultRule(turn, consult);
  beginConsultation(turn, { held });
  turn.change({ state: 'inviting' });
  tryNextTarget(turn);
}

function reject(turn: Turn, verdict: Verdict, reason?: string): void {
  const status = verdict.sipStatus;
  releaseCall(turn, {
    verdict,
    reason: 'rejected by decision',
    answer: { status, ...(reason !== undefined && { reason }), payload: emptyPayload },
    headers: () => [],
  });
}

function noteDecided(turn: Turn, action: 'answer' | 'redirect' | 'reject', code?: NoDecision): void {
  const { caller, startedAtMs } = turn.call;
  const tookMs = turn.nowMs - startedAtMs;
  turn.note({ note: 'decided', leg: caller.id, action, tookMs, ...(code !== undefined && { code }) });
}
