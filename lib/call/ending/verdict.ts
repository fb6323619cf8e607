import type { Blame } from '../../errors.ts';

/** Who ended a call or leg. `network`: nobody, it broke. */
export type EndedBy = 'caller' | 'callee' | 'third-party' | 'baton' | 'network';

/**
 * - `hangup`: BYE after the answer; `cancelled`: the caller gave up before it;
 * - `busy`, `no-answer`, `redirected`, `rejected`: what the callee said, or that it said nothing; `forwarded`: what its agent wants;
 * - `unreachable`: nothing could be sent, or nothing came back; `lost`: a dialog that broke;
 * - `transferred`: another has taken its place, a leg's end only;
 * - `requested`: over an API; `unrecorded`: a recording that it needs failed; `shutdown`: Baton stops; `refused`: the call never started; `internal`: a defect.
 */
export type Why =
  | 'hangup'
  | 'cancelled'
  | 'busy'
  | 'no-answer'
  | 'redirected'
  | 'forwarded'
  | 'rejected'
  | 'unreachable'
  | 'lost'
  | 'transferred'
  | 'requested'
  | 'unrecorded'
  | 'shutdown'
  | 'refused'
  | 'internal';

export type AtFault = 'caller' | 'callee' | 'baton' | 'network' | 'none';

/** How a call, leg or attempt ended: the same in the log, the events and the metrics. */
export interface Verdict {
  readonly by: EndedBy;
  readonly why: Why;
  /** What the caller was told, or would have been; 200 where the call had been answered. */
  readonly sipStatus: number;
  readonly atFault: AtFault;
}

/** BYE after the answer. */
export function hangup(by: EndedBy): Verdict {
  return { by, why: 'hangup', sipStatus: 200, atFault: 'none' };
}

/** The caller gave up before the answer. */
export const cancelled: Verdict = { by: 'caller', why: 'cancelled', sipStatus: 487, atFault: 'caller' };

/** A target's 3xx to 6xx. `silent`: no target said it, it stands for a response that never came. */
export function rejection(status: number, { silent }: { readonly silent: boolean }): Verdict {
  if (silent) return { by: 'network', why: 'unreachable', sipStatus: status, atFault: 'network' };
  const why = whyRejected(status);
  return { by: 'callee', why, sipStatus: status, atFault: why === 'redirected' ? 'none' : 'callee' };
}

function whyRejected(status: number): Why {
  if (status < 400) return 'redirected';
  // RFC 3261 §21.4.24, §21.6.1: busy here, busy everywhere.
  if (status === 486 || status === 600) return 'busy';
  // RFC 3261 §21.4.9: the user could not be found in time.
  return status === 408 ? 'no-answer' : 'rejected';
}

/** Somebody outside decided against the call. */
export function decidedAgainst(status: number): Verdict {
  return { by: 'third-party', why: whyRejected(status), sipStatus: status, atFault: 'none' };
}

/** A call that never started, by an error of the table. */
export function refusal(blame: Blame, sipStatus: number): Verdict {
  return { by: 'baton', why: 'refused', sipStatus, atFault: blame === 'operator' ? 'baton' : blame };
}
