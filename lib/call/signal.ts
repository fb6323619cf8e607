import type { Brand } from '../brand.ts';
import type { IncomingCall } from '../events/incoming-call.ts';
import type { ConnId } from './ids.ts';

/** Names one leg; chosen by whoever creates the leg (the shell for caller legs, `decide` for callee legs). */
export type LegId = Brand<string, 'LegId'>;
/** Names one request within a leg; chosen by whoever sends it towards the other side of the port. */
export type RequestId = Brand<string, 'RequestId'>;

/** One header line, decoded from UTF-8, unfolded and trimmed, spelled as it came. Repeated names stay repeated. */
export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

export interface Body {
  readonly contentType: string;
  readonly content: string;
  /** Content-Disposition, Content-Encoding, …: the other Content-* lines but Content-Length. */
  readonly more?: readonly HeaderLine[];
  /** The body is no text: `content` has one character for each octet, of that number. */
  readonly octets?: true;
  /** Of SDP on its way out, where `Env.marksSdp` is set: for who stands between the legs' media. */
  readonly sdp?: SdpMark;
}

/** Whose SDP a leg's peer is shown. */
export interface SdpMark {
  /** The leg that it comes from; the very leg it goes to when we have made it up. */
  readonly by: LegId;
  /** As far as the message says it: the 2xx to an INVITE without SDP has an offer and is marked as an answer. */
  readonly as: 'offer' | 'answer';
  readonly call: ConnId;
}

/** What one SIP message carries besides its routing: all its header lines, and its body when there is one. */
export interface Payload {
  readonly headers: readonly HeaderLine[];
  readonly body?: Body;
}

export interface Source {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** A request outside a dialog, as it reached us. */
export interface NewRequest extends Payload {
  readonly method: string;
  readonly requestUri: string;
  readonly from: string;
  readonly to: string;
  readonly source: Source;
  /** `host:port` of the listener. */
  readonly receivedOn: string;
  readonly callId: string;
}

/** In-dialog methods that travel between legs. ACK, CANCEL and BYE have signals of their own. */
export type MidCallMethod =
  | 'INVITE'
  | 'UPDATE'
  | 'INFO'
  | 'MESSAGE'
  | 'NOTIFY'
  | 'OPTIONS'
  | 'REFER'
  | (string & {});

/** What happened on the wire or the clock, in call words. */
export type Signal =
  /** A caller's initial INVITE: a leg is born. */
  | { readonly type: 'invited'; readonly leg: LegId; readonly request: NewRequest }
  /** A SUBSCRIBE outside of dialogs: a leg without a call is born. It wants `answer` or `reject`. */
  | { readonly type: 'subscribed'; readonly leg: LegId; readonly request: NewRequest }
  /** 101 to 199 to our INVITE. */
  | {
      readonly type: 'progressed';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string;
      readonly payload: Payload;
    }
  /** 2xx to our initial INVITE; it waits for `acknowledge`. */
  | { readonly type: 'answered'; readonly leg: LegId; readonly status: number; readonly payload: Payload }
  /** 3xx to 6xx to our initial INVITE, or what stood in for one (408 no response, 503 nothing could be sent). */
  | {
      readonly type: 'rejected';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string;
      readonly payload: Payload;
    }
  /** The caller gave up before the final response; its INVITE is answered 487 by the shell or the engine. */
  | { readonly type: 'cancelled'; readonly leg: LegId; readonly payload: Payload }
  /** ACK to our 2xx: to the initial INVITE (no request id) or to a re-INVITE. */
  | {
      readonly type: 'acknowledged';
      readonly leg: LegId;
      readonly request?: RequestId;
      readonly payload: Payload;
    }
  /** A request within the dialog; it wants `respond` under the same id. BYE is `hungUp`. */
  | {
      readonly type: 'requested';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly method: MidCallMethod;
      readonly payload: Payload;
    }
  /** A response to one of our requests within the dialog. 1xx to re-INVITE included; 2xx to re-INVITE waits for `acknowledge`. */
  | {
      readonly type: 'responded';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly method: MidCallMethod;
      readonly status: number;
      readonly reason: string;
      readonly payload: Payload;
    }
  /** The peer takes its re-INVITE back by CANCEL; it has been answered 487, and a 2xx of ours came too late. */
  | {
      readonly type: 'withdrawn';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly payload: Payload;
    }
  /** BYE from the peer; already answered 200. */
  | { readonly type: 'hungUp'; readonly leg: LegId; readonly payload: Payload }
  /** The leg ended without the peer's doing: no ACK, owner lost, engine gone. */
  | { readonly type: 'lost'; readonly leg: LegId; readonly reason: string }
  /** An answer we sent could not be carried out (the INVITE was cancelled or gone). */
  | { readonly type: 'answerFailed'; readonly leg: LegId; readonly reason: string }
  | { readonly type: 'timerFired'; readonly timer: TimerName };

/** The signal of one type. */
export type SignalOf<Type extends Signal['type']> = Extract<Signal, { type: Type }>;

/** `leg` timers carry the leg's id. */
export type TimerName =
  | { readonly kind: 'no-answer'; readonly leg: LegId }
  | { readonly kind: 'notify-timeout'; readonly leg: LegId }
  | { readonly kind: 'notify-retry'; readonly leg: LegId }
  | { readonly kind: 'ack-missing'; readonly leg: LegId }
  | { readonly kind: 'offer-retry'; readonly leg: LegId }
  | { readonly kind: 'referral'; readonly leg: LegId }
  | { readonly kind: 'subscription'; readonly leg: LegId }
  | { readonly kind: 'linger' };

/** What the shell has to do. Each is fire and forget: its outcome comes back as a signal. */
export type Effect =
  /** Send an initial INVITE; the leg is born by this. `from` and `to` are whole header values without tag; `@localhost` in from and contact stands for our own address. */
  | {
      readonly do: 'invite';
      readonly leg: LegId;
      readonly requestUri: string;
      readonly from: string;
      readonly to: string;
      readonly contactUser: string;
      /** Parameters of the Contact, each with its semicolon: feature tags (RFC 3840 §5). */
      readonly contactParams?: string;
      readonly maxForwards: number;
      readonly payload: Payload;
      /** Next hop URI, when it is not the Request-URI. */
      readonly via?: string;
    }
  | {
      readonly do: 'progress';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string;
      readonly payload: Payload;
    }
  | { readonly do: 'answer'; readonly leg: LegId; readonly status: number; readonly payload: Payload }
  | {
      readonly do: 'reject';
      readonly leg: LegId;
      readonly status: number;
      readonly reason?: string;
      readonly payload: Payload;
    }
  | { readonly do: 'cancel'; readonly leg: LegId; readonly headers: readonly HeaderLine[] }
  /** ACK to the 2xx of the initial INVITE (no request id) or of our re-INVITE. */
  | {
      readonly do: 'acknowledge';
      readonly leg: LegId;
      readonly request?: RequestId;
      readonly payload: Payload;
    }
  | {
      readonly do: 'request';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly method: MidCallMethod;
      /** Only on a request that goes on for one of the other leg; 70 otherwise. */
      readonly maxForwards?: number;
      readonly payload: Payload;
    }
  /** CANCEL of our re-INVITE; its final response still comes, and may be a 2xx. */
  | {
      readonly do: 'withdraw';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly headers: readonly HeaderLine[];
    }
  | {
      readonly do: 'respond';
      readonly leg: LegId;
      readonly request: RequestId;
      readonly status: number;
      readonly reason?: string;
      readonly payload: Payload;
    }
  /** A subscriber's leg is only forgotten: its last NOTIFY has ended it (RFC 6665 §4.4.1). */
  | { readonly do: 'hangUp'; readonly leg: LegId; readonly headers: readonly HeaderLine[] }
  /** Ask somebody outside what to do with the call; the answer is the signal `decided`. The end of the call takes it back. */
  | { readonly do: 'askDecision'; readonly incoming: IncomingCall }
  | { readonly do: 'startTimer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly do: 'stopTimer'; readonly timer: TimerName };

/** The effects that the Signalling port carries out (timers are the clock's, decisions the CallScreening's). */
export type SignallingEffect = Exclude<Effect, { do: 'startTimer' | 'stopTimer' | 'askDecision' }>;
