import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage } from '../message/message.ts';
import { listTokens } from '../message/option-tags.ts';

export interface RuleRefusal {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** drachtio-srf percent-decodes methods: `BY%45` would be a BYE to an application and something else to us. */
export function refuseMethod(request: SipMessage): RuleRefusal | undefined {
  return request.method.includes('%') ? { status: 501, reason: 'Not Implemented' } : undefined;
}

/** Extensions that only the engine itself could carry out. Others are the application's to accept or refuse. */
const ENGINE_EXTENSIONS_MISSING: ReadonlySet<string> = new Set(['100rel', 'timer']);
/** Extensions an application can carry out above the engine; when the engine refuses for another, these are not to blame. */
const APPLICATION_EXTENSIONS: ReadonlySet<string> = new Set([
  ...[
    'answermode',
    'early-session',
    'from-change',
    'histinfo',
    'join',
    'norefersub',
    'replaces',
    'resource-priority',
  ],
  ...['siprec', 'tdialog', 'uui'],
]);

/** RFC 3261 §8.2.2.3: a required extension that is not supported is answered 420 with Unsupported. */
export function refuseRequired(request: SipMessage): RuleRefusal | undefined {
  if (!request.headers.has('require')) return undefined;
  const required = listTokens(request.headers, 'require');
  if (!required.some(tag => ENGINE_EXTENSIONS_MISSING.has(tag.toLowerCase()))) return undefined;
  const missing = required.filter(tag => !APPLICATION_EXTENSIONS.has(tag.toLowerCase()));
  return { status: 420, reason: 'Bad Extension', headers: [['Unsupported', missing.join(', ')]] };
}

/** The methods drachtio-srf knows; anything else is only taken when an application registered it. */
export const KNOWN_METHODS: readonly string[] = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'INFO',
  'UPDATE',
  'MESSAGE',
  'NOTIFY',
  'REFER',
  'SUBSCRIBE',
  'PUBLISH',
  'REGISTER',
  'PRACK',
];

/** Methods that make no sense outside a dialog: RFC 3261 §15.1.2, RFC 3311 §5.2, RFC 3262 §3. */
const ONLY_IN_DIALOG: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);

export const NO_SUCH_DIALOG: RuleRefusal = { status: 481, reason: 'Call/Transaction Does Not Exist' };

/** RFC 3261 §10.3 step 6: `Contact: *` may only be used to remove all bindings. */
export function refuseOutsideDialog(request: SipMessage): RuleRefusal | undefined {
  if (ONLY_IN_DIALOG.has(request.method)) return NO_SUCH_DIALOG;
  const { headers } = request;
  if (request.method === 'REGISTER' && headers.get('contact') === '*' && headers.get('expires') !== '0') {
    return { status: 400, reason: 'Contact * needs Expires 0' };
  }
  return undefined;
}

/** What is open in a dialog when a request arrives. */
export interface OpenWork {
  /** An INVITE of the peer has no final response from us yet. */
  readonly peerInvite: boolean;
  /** An UPDATE of the peer has none. */
  readonly peerUpdate: boolean;
  /** Our INVITE in this dialog has none from the peer. */
  readonly ownInvite: boolean;
}

/** The order rules of a confirmed dialog. */
export function refuseInDialog(
  dialog: Dialog,
  request: SipMessage,
  open: OpenWork,
  retryAfterSeconds: () => number,
): RuleRefusal | undefined {
  // RFC 3261 §12.2.2: "If the remote sequence number was not empty, but the sequence number of the request is lower
  // than the remote sequence number, the request is out of order and MUST be rejected with a 500."
  if (dialog.isOfPeer(request) && request.cseq.number < dialog.remoteCseq)
    return { status: 500, reason: 'CSeq out of order' };
  if (dialog.state !== 'confirmed') return undefined;
  const later = (): RuleRefusal => ({
    status: 500,
    reason: 'Server Internal Error',
    headers: [['Retry-After', String(retryAfterSeconds())]],
  });
  if (request.method === 'INVITE') {
    // RFC 3261 §14.2: a second INVITE before the final response to a first: 500 with Retry-After of 0 to 10 seconds.
    if (open.peerInvite) return later();
    // RFC 3261 §14.2: an INVITE while one of ours is in progress: 491.
    if (open.ownInvite) return { status: 491, reason: 'Request Pending' };
  }
  if (request.method === 'UPDATE') {
    // RFC 3311 §5.2: one UPDATE at a time; one with an offer also waits for offers in INVITEs, ours (491) or theirs (500).
    if (open.peerUpdate) return later();
    if (request.body !== '' && open.peerInvite) return later();
    if (request.body !== '' && open.ownInvite) return { status: 491, reason: 'Request Pending' };
  }
  return undefined;
}
