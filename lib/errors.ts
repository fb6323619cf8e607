import { agentErrors } from './errors/agent-errors.ts';
import { dataErrors } from './errors/data-errors.ts';
import { outboxErrors } from './errors/outbox-errors.ts';
import { recordingErrors } from './errors/recording-errors.ts';
import { registrarErrors } from './errors/registrar-errors.ts';
import { stateErrors } from './errors/state-errors.ts';
import { streamErrors } from './errors/stream-errors.ts';
import { subscriptionErrors } from './errors/subscription-errors.ts';

/** Who has to act for it not to happen again. */
export type Blame = 'caller' | 'callee' | 'operator' | 'baton' | 'network';

export interface ErrorEntry {
  readonly meaning: string;
  /** Status of the SIP answer that carries it. */
  readonly sipStatus?: number;
  /** Status of the HTTP answer that carries it. */
  readonly httpStatus?: number;
  /** Exit code of the process that ends by it. */
  readonly exitCode?: number;
  readonly blame: Blame;
}

/** Every failure Baton speaks of, in logs, metrics, SIP and HTTP. docs/errors.md is this table. */
export const errorTable = {
  'untrusted-source': {
    meaning: 'The request comes from an address that is neither loopback nor a trunk nor trusted.',
    sipStatus: 403,
    blame: 'caller',
  },
  'relay-denied': {
    meaning:
      'The Request-URI names a host outside trunks and routes, and relay.anyTarget does not allow it; or one of another tenant than the token.',
    sipStatus: 403,
    httpStatus: 403,
    blame: 'caller',
  },
  'no-route': {
    meaning: 'No route and no target for the called number, or none that the tenant of the token may use.',
    sipStatus: 404,
    httpStatus: 404,
    blame: 'operator',
  },
  'target-unreachable': {
    meaning: 'Nothing could be sent to the target: connection refused, no such host, no listener for it.',
    sipStatus: 503,
    blame: 'network',
  },
  'target-timeout': {
    meaning: 'The target gave no response at all within timer B.',
    sipStatus: 408,
    blame: 'network',
  },
  'no-answer': {
    meaning: 'The target rang longer than call.answerTimeoutMs.',
    sipStatus: 408,
    blame: 'callee',
  },
  'unsupported-extension': {
    meaning: 'Require names an extension that Baton does not have; Unsupported lists it.',
    sipStatus: 420,
    blame: 'caller',
  },
  'method-not-allowed': {
    meaning: 'The method is not served here; Allow lists those that are.',
    sipStatus: 405,
    httpStatus: 405,
    blame: 'caller',
  },
  'too-many-hops': { meaning: 'Max-Forwards has reached 0.', sipStatus: 483, blame: 'network' },
  overload: {
    meaning: 'A limit is reached: call.maxCalls, or one of the SIP engine.',
    sipStatus: 503,
    httpStatus: 503,
    blame: 'operator',
  },
  'shutting-down': {
    meaning: 'Baton is stopping and takes no new calls.',
    sipStatus: 503,
    httpStatus: 503,
    blame: 'operator',
  },
  'not-ready': {
    meaning: 'The way to the SIP engine is not up.',
    sipStatus: 503,
    httpStatus: 503,
    blame: 'operator',
  },
  'engine-lost': {
    meaning: 'The connection to the SIP engine was lost while the call was up or being set up.',
    sipStatus: 503,
    blame: 'network',
  },
  ...outboxErrors,
  ...dataErrors,
  ...registrarErrors,
  ...subscriptionErrors,
  ...stateErrors,
  ...agentErrors,
  ...recordingErrors,
  'bad-refer-to': {
    meaning: 'Not exactly one Refer-To, or one that cannot be read or wants another method than INVITE.',
    sipStatus: 400,
    httpStatus: 422,
    blame: 'caller',
  },
  'call-not-up': {
    meaning: 'A call can be transferred only while both parties are connected.',
    sipStatus: 500,
    httpStatus: 409,
    blame: 'caller',
  },
  'transfer-under-way': {
    meaning: 'A transfer of the call is under way.',
    sipStatus: 491,
    httpStatus: 409,
    blame: 'caller',
  },
  'too-many-transfers': {
    meaning: 'The call has been transferred as often as call.maxTransfers allows.',
    sipStatus: 483,
    httpStatus: 409,
    blame: 'network',
  },
  'bad-replaces': {
    meaning: 'Several Replaces, one beside Join, or one that cannot be read.',
    sipStatus: 400,
    blame: 'caller',
  },
  'replaces-unknown': {
    meaning:
      'Replaces names no dialog that stands, or one that is not to be replaced by this neighbour or in this state.',
    sipStatus: 481,
    blame: 'caller',
  },
  'replaces-answered': {
    meaning: 'Replaces wants a dialog early only, and it has been answered.',
    sipStatus: 486,
    blame: 'caller',
  },
  'replaces-ended': {
    meaning: 'The dialog that Replaces names has just ended.',
    sipStatus: 603,
    blame: 'caller',
  },
  'party-unknown': {
    meaning: 'Nobody on the call has this DN.',
    httpStatus: 422,
    blame: 'caller',
  },
  'config-invalid': {
    meaning: 'The configuration has unknown keys or bad values.',
    exitCode: 78,
    blame: 'operator',
  },
  'port-in-use': {
    meaning: 'An address to listen on is taken by another process.',
    exitCode: 1,
    blame: 'operator',
  },
  'call-unknown': {
    meaning:
      'No call has this ConnID, or it has been released for longer than attachedData.retainAfterReleaseMs.',
    httpStatus: 404,
    exitCode: 66,
    blame: 'caller',
  },
  'call-released': {
    meaning: 'The call is released already; only its data is still there.',
    httpStatus: 409,
    blame: 'caller',
  },
  'bad-request': { meaning: 'The request cannot be understood.', httpStatus: 400, blame: 'caller' },
  unprocessable: {
    meaning: 'The request can be read, and a part of it is unknown or does not fit; `path` points to it.',
    httpStatus: 422,
    blame: 'caller',
  },
  'too-large': {
    meaning: 'The body of the request is over 256 kB, or over 64 kB at the dialog interface.',
    httpStatus: 413,
    blame: 'caller',
  },
  'revision-conflict': {
    meaning: 'The data has another revision than ifRevision; `revision` is the current one.',
    httpStatus: 409,
    blame: 'caller',
  },
  'idempotency-conflict': {
    meaning: 'The Idempotency-Key has been used for another request.',
    httpStatus: 409,
    blame: 'caller',
  },
  'idempotency-in-progress': {
    meaning: 'The first request with this Idempotency-Key is still being carried out.',
    httpStatus: 409,
    blame: 'caller',
  },
  'too-many-requests': {
    meaning: 'More requests than http.rateLimit allows; Retry-After says when to come again.',
    httpStatus: 429,
    blame: 'caller',
  },
  forbidden: {
    meaning: 'The bearer token lacks the scope for it.',
    httpStatus: 403,
    exitCode: 77,
    blame: 'caller',
  },
  'header-too-large': {
    meaning: 'The header of the request is larger than Baton reads.',
    httpStatus: 431,
    blame: 'caller',
  },
  'request-timeout': {
    meaning: 'The request did not come to its end in time.',
    httpStatus: 408,
    blame: 'caller',
  },
  unauthorized: {
    meaning: 'The bearer token is missing or wrong.',
    httpStatus: 401,
    exitCode: 77,
    blame: 'caller',
  },
  'page-from-elsewhere': {
    meaning:
      'Without tokens no page of another place is served: Origin is not here, or Host is a name of the DNS.',
    httpStatus: 403,
    blame: 'caller',
  },
  'not-found': { meaning: 'There is nothing at this path.', httpStatus: 404, blame: 'caller' },
  'not-acceptable': {
    meaning: 'Accept allows nothing that is served at this path.',
    httpStatus: 406,
    blame: 'caller',
  },
  'slow-subscriber': {
    meaning:
      'The subscriber reads events more slowly than they come: more waited than events.subscriber allows.',
    blame: 'caller',
  },
  'too-many-subscribers': {
    meaning: 'As many subscribers read events as events.maxSubscribers allows.',
    httpStatus: 503,
    blame: 'operator',
  },
  'webhook-refused': {
    meaning: 'A webhook receiver refused the event for good: 3xx, or 4xx other than 408, 425 and 429.',
    blame: 'operator',
  },
  'webhook-failing': {
    meaning: 'A webhook receiver answered 5xx, 408, 425 or 429 until the attempts were used up.',
    blame: 'operator',
  },
  'webhook-unreachable': {
    meaning:
      'A webhook receiver could not be reached or did not answer in time until the attempts were used up.',
    blame: 'network',
  },
  'webhook-queue-full': {
    meaning: 'More events waited for a webhook receiver than its queue allows: the oldest was dropped.',
    blame: 'operator',
  },
  'decision-missing': {
    meaning:
      'Nobody decided about the call in time: webhooks.incomingCall.onTimeout says what becomes of it.',
    sipStatus: 480,
    blame: 'operator',
  },
  'decision-invalid': {
    meaning:
      'What the receiver of webhooks.incomingCall answered is no decision, or redirects to where the caller may not call.',
    sipStatus: 480,
    blame: 'operator',
  },
  ...streamErrors,
  'not-supported': {
    meaning: 'Planned, and not in this version.',
    sipStatus: 501,
    httpStatus: 501,
    exitCode: 69,
    blame: 'operator',
  },
  internal: {
    meaning: 'A defect of Baton; the log line at level error tells more.',
    sipStatus: 500,
    httpStatus: 500,
    exitCode: 70,
    blame: 'baton',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as ErrorCode[];

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorTable[code];
}

/** A failure that knows its place in the table. */
export class BatonError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ?? errorEntry(code).meaning, options);
    this.name = 'BatonError';
    this.code = code;
  }

  get blame(): Blame {
    return errorEntry(this.code).blame;
  }
}
