/**
 * rtpengine's ng protocol (its docs/ng_control_protocol.md), as far as Baton speaks it: dictionaries in JSON, spelled as on the
 * wire.
 */

/** How SDP of an offer or answer is changed. */
export interface SdpFlags {
  readonly replace?: readonly ('origin' | 'session-connection')[];
  readonly ICE?: 'remove';
  readonly DTLS?: 'off';
  /** `no-<suite>`: a crypto suite that is not offered in addition. */
  readonly SDES?: readonly string[];
  readonly flags?: readonly string[];
}

interface OfCall {
  readonly 'call-id': string;
}

export type NgCommand =
  | { readonly command: 'ping' }
  | { readonly command: 'list'; readonly limit?: number }
  | { readonly command: 'statistics' }
  /** `from-tag` makes the offer; its SDP comes back as the other side is to see it. */
  | ({
      readonly command: 'offer';
      readonly 'from-tag': string;
      readonly 'to-tag'?: string;
      readonly sdp: string;
    } & OfCall &
      SdpFlags)
  /** `to-tag` answers the offer of `from-tag`. */
  | ({
      readonly command: 'answer';
      readonly 'from-tag': string;
      readonly 'to-tag': string;
      readonly sdp: string;
    } & OfCall &
      SdpFlags)
  /** By call-id alone the whole call; `delete delay` in seconds. */
  | ({ readonly command: 'delete'; readonly 'delete delay'?: number } & OfCall)
  | ({ readonly command: 'query' } & OfCall)
  | ({ readonly command: 'start recording' | 'stop recording' } & OfCall)
  /** Copies of media for somebody else: an offer to it comes back. `to-tag` names it; by the same one it is asked for again. */
  | ({
      readonly command: 'subscribe request';
      readonly 'to-tag'?: string;
      readonly 'transport-protocol'?: 'RTP/AVP';
    } & OfCall &
      SdpFlags)
  | ({ readonly command: 'subscribe answer'; readonly 'to-tag': string; readonly sdp: string } & OfCall &
      SdpFlags)
  | ({ readonly command: 'unsubscribe'; readonly 'to-tag': string } & OfCall);

export type NgCommandName = NgCommand['command'];

/** What an instance has answered, besides its result. */
export interface NgAnswer {
  /** There after offer, answer and subscribe request. */
  readonly sdp?: string;
  readonly warning?: string;
  /** All else, as it came. */
  readonly [key: string]: unknown;
}

/** An answer that has SDP. */
export interface NgSdpAnswer extends NgAnswer {
  readonly sdp: string;
}

export type AnswerTo<Command extends NgCommand> = Command extends {
  readonly command: 'offer' | 'answer' | 'subscribe request';
}
  ? NgSdpAnswer
  : NgAnswer;

/** What became of a command. */
export type NgOutcome<Answer extends NgAnswer = NgAnswer> =
  | { readonly ok: true; readonly answer: Answer }
  | {
      readonly ok: false;
      /**
       * `refused`: the instance says that it cannot. `timeout`: no answer in time. `unreachable`: nobody listens there, or it
       * cannot be sent. `malformed`: an answer that is none.
       */
      readonly why: NgFailure;
      /** For people; of a refusal the instance's own words. */
      readonly reason: string;
    };

export type NgFailure = 'refused' | 'timeout' | 'unreachable' | 'malformed';

const withSdp: ReadonlySet<NgCommandName> = new Set(['offer', 'answer', 'subscribe request']);

/** A datagram that an instance has sent: `cookie SP dictionary`. Undefined: it is no answer to anything. */
export function splitDatagram(
  text: string,
): { readonly cookie: string; readonly dictionary: string } | undefined {
  const space = text.indexOf(' ');
  return space < 1 ? undefined : { cookie: text.slice(0, space), dictionary: text.slice(space + 1) };
}

/** What the dictionary of an answer says to `command`. */
export function readAnswer(command: NgCommandName, dictionary: string): NgOutcome {
  const answer = parsedObject(dictionary);
  if (answer === undefined) return malformed('no JSON object');
  const { result, 'error-reason': reason } = answer;
  if (result === 'error') return { ok: false, why: 'refused', reason: textOr(reason, 'no reason given') };
  // `query` of a call and `list` say ok, ping pong, statistics whichever version.
  if (result !== 'ok' && result !== 'pong')
    return malformed(`result ${result === undefined ? 'missing' : JSON.stringify(result)}`);
  if (withSdp.has(command) && textOr(answer['sdp'], '') === '') return malformed('no SDP');
  return { ok: true, answer };
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const malformed = (reason: string): NgOutcome => ({ ok: false, why: 'malformed', reason });
const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
