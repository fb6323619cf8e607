import type { Drop } from '../attached-data/entry.ts';
import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { AgentsAtDns } from '../agents/agent-table.ts';
import type { CallEvent } from '../events/event.ts';
import type { ErrorCode } from '../errors.ts';
import type { Routing } from '../routing/route.ts';
import type { AuthoredChange, Call } from './call.ts';
import type { Dn } from './ids.ts';
import type { Joinable, Joined } from './transfer/join.ts';
import { type Leg, learnt } from './leg.ts';
import type { NoDecision, ScreeningRules } from './set-up/screening.ts';
import type { TransferMode } from './transfer/transfer.ts';
import type { Effect, LegId, Payload, RequestId } from './signal.ts';
import type { Verdict } from './ending/verdict.ts';

/** What `decide` needs to know besides the call: the configuration. */
export interface Env {
  readonly routing: Routing;
  /** `[A-Za-z0-9_-]+`; events say `baton/<node>`. */
  readonly node: string;
  /** One target may ring this long. */
  readonly answerTimeoutMs: number;
  /** Of one call. */
  readonly maxTransfers: number;
  /** Of the whole attached data, packed. */
  readonly packedLimitBytes: number;
  /** What is special about which keys. */
  readonly keys: KeyPolicy;
  readonly notify: NotifyLimits;
  /** How long the data of a released call may be changed by request; 0 when absent. */
  readonly retainAfterReleaseMs?: number;
  /** Who works where; nobody when absent. */
  readonly agents?: AgentsAtDns | undefined;
  /** Which calls somebody outside decides about; none when absent. */
  readonly screening?: ScreeningRules | undefined;
  /** SDP that goes out says whose it is. */
  readonly marksSdp?: boolean;
}

export interface NotifyLimits {
  /** Largest event body over UDP. */
  readonly maxBytes: number;
  /** Events that wait for one leg; over it the oldest are dropped. */
  readonly queueLimit: number;
  /** An event INFO without an answer after this time lets the next one go. */
  readonly timeoutMs: number;
}

/** What became of one event for one leg. */
export type NotificationOutcome = 'delivered' | 'refused' | 'timeout' | 'dropped' | 'skipped';

/** What the log and the metrics are told. */
export type Note =
  /** The call counts from here: it has a route. */
  | { readonly note: 'started' }
  /** About a call that comes in, `tookMs` after it came. `code`: nobody decided, and it is what the configuration says. */
  | {
      readonly note: 'decided';
      readonly leg: LegId;
      readonly action: 'answer' | 'redirect' | 'reject';
      readonly tookMs: number;
      readonly code?: NoDecision;
    }
  | { readonly note: 'answered'; readonly leg: LegId; readonly setupMs: number }
  /** `leg` of the author, whose DN is `dn`; absent for a third party. */
  | {
      readonly note: 'changed';
      readonly leg?: LegId;
      readonly dn: Dn;
      readonly keys: readonly string[];
    }
  | {
      readonly note: 'released';
      readonly verdict: Verdict;
      readonly reason: string;
      readonly leg?: LegId;
    }
  /** The call never started. */
  | {
      readonly note: 'refused';
      readonly leg: LegId;
      readonly status: number;
      readonly code: ErrorCode;
      readonly reason: string;
    }
  | { readonly note: 'lost'; readonly leg: LegId; readonly reason: string }
  /** The two ends do not agree on one session, and we leave it at that. `status`: of who refused our offer, or 488. */
  | { readonly note: 'disagreed'; readonly leg: LegId; readonly reason: string; readonly status: number }
  /** `leg`: that of the transferor. */
  | {
      readonly note: 'transferred';
      readonly leg: LegId;
      readonly mode: TransferMode;
      readonly transferor: Dn;
      readonly target: Dn;
      /** Of the target. */
      readonly status: number;
      readonly tookMs: number;
    }
  | {
      readonly note: 'transferFailed';
      readonly leg: LegId;
      readonly mode: TransferMode;
      readonly transferor: Dn;
      readonly target: Dn;
      /** 487: it was the call that ended. */
      readonly status: number;
      readonly verdict: Verdict;
    }
  /** It never began. */
  | {
      readonly note: 'transferRefused';
      readonly leg: LegId;
      readonly status: number;
      readonly code: ErrorCode;
      readonly reason: string;
    }
  /** An agent has its calls go elsewhere. */
  | { readonly note: 'forwarded'; readonly leg: LegId; readonly from: Dn; readonly to: Dn }
  | { readonly note: 'failedOver'; readonly leg: LegId; readonly verdict: Verdict; readonly reason: string }
  | {
      readonly note: 'notification';
      readonly leg: LegId;
      readonly outcome: NotificationOutcome;
      readonly status?: number;
      /** From the change to the answer. */
      readonly tookMs?: number;
    }
  | { readonly note: 'dropped'; readonly leg: LegId; readonly drops: readonly Drop[] };

export interface Decision {
  readonly call: Call;
  readonly effects: readonly Effect[];
  readonly events: readonly CallEvent[];
  readonly notes: readonly Note[];
  /** What has become of the data, for the calls that share it. */
  readonly changes: readonly AuthoredChange[];
  /** The request of an API's user was not carried out: nothing was changed. */
  readonly refusal: DataRefusal | undefined;
  /** Another call has been joined with this one: one of its legs is of this call now, and it has ended. */
  readonly joined:
    | { readonly other: Decision; readonly before: Call; readonly transfer: { readonly target: Leg } }
    | undefined;
}

/** Why a request to change the data was refused. */
export interface DataRefusal {
  readonly code: ErrorCode;
  /** Place of the entry that is at fault, within the request. */
  readonly at?: number;
}

const unchanged: readonly AuthoredChange[] = [];

/**
 * One decision while it is being made: the next call and what follows from it. It lives for one `decide`
 * only, so that the topics can write `turn.perform(…)` and yet nothing outside sees anything change.
 */
export class Turn implements Decision {
  call: Call;
  readonly nowMs: number;
  readonly env: Env;
  readonly effects: Effect[] = [];
  readonly events: CallEvent[] = [];
  readonly notes: Note[] = [];
  /** Legs that were for somebody whose calls go elsewhere, and whose. */
  readonly forwarded: { readonly leg: Leg; readonly to: Dn }[] = [];
  changes: readonly AuthoredChange[] = unchanged;
  refusal: DataRefusal | undefined;
  /** The call that the signal wants to have joined with this one. */
  joinable: Joinable | undefined;
  joined: Joined | undefined;

  constructor(call: Call, nowMs: number, env: Env) {
    this.call = call;
    this.nowMs = nowMs;
    this.env = env;
  }

  perform(effect: Effect): void {
    this.effects.push(effect);
  }

  note(note: Note): void {
    this.notes.push(note);
  }

  /** Replaces parts of the call. */
  change(parts: Partial<Call>): void {
    this.call = withParts(this.call, parts);
  }

  /** The leg of that id: one of the two parties, the target of a transfer, or one that is departing. */
  leg(id: LegId): Leg | undefined {
    const { caller, callee, transfer, departing } = this.call;
    if (caller.id === id) return caller;
    if (callee?.id === id) return callee;
    return transfer?.target.id === id ? transfer.target : departing.find(leg => leg.id === id);
  }

  /** Whom it talks to; undefined for a leg that is not one of the two parties, or not any more. */
  peerOf({ id }: Leg): Leg | undefined {
    const { caller, callee } = this.call;
    if (caller.id === id) return callee;
    return callee?.id === id ? caller : undefined;
  }

  /**
   * Replaces parts of a leg and answers with the leg as it is now. A leg that is no longer current is left
   * alone.
   */
  changeLeg(leg: Leg, parts: Partial<Leg>): Leg {
    const current = this.leg(leg.id);
    if (current === undefined) return leg;
    const next = withParts(current, parts);
    this.#put(next);
    return next;
  }

  /** Notes what the message tells about its sender. */
  learn(leg: Leg, payload: Payload): Leg {
    const next = learnt(leg, payload);
    if (next !== leg) this.#put(next);
    return next;
  }

  #put(leg: Leg): void {
    const { caller, callee, transfer, departing } = this.call;
    if (leg.id === caller.id) this.change({ caller: leg });
    else if (leg.id === callee?.id) this.change({ callee: leg });
    else if (transfer !== undefined && leg.id === transfer.target.id)
      this.change({ transfer: { ...transfer, target: leg } });
    else this.change({ departing: departing.map(other => (other.id === leg.id ? leg : other)) });
  }

  /**
   * `kind` makes ids readable in logs and tells our requests apart: `relay1`, `event2`. Unique within the
   * call.
   */
  newRequestId(kind: 'relay' | 'event' | 'probe' | 'offer' | 'notify'): RequestId {
    this.change({ lastId: this.call.lastId + 1 });
    return `${kind}${String(this.call.lastId)}` as RequestId;
  }

  newLegId(): LegId {
    this.change({ lastId: this.call.lastId + 1 });
    return `${this.call.connId}/${String(this.call.lastId)}` as LegId;
  }
}

/** A copy with other values. Half the time of a second spread, for what is done some fifty times a call. */
function withParts<Whole extends object>(whole: Whole, parts: Partial<Whole>): Whole {
  const copy = { ...whole };
  for (const name in parts) copy[name] = parts[name] as Whole[typeof name];
  return copy;
}
