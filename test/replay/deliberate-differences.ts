/**
 * Where the engine is meant to differ from the recorded server. Whatever else differs fails the replay, and so does a line here that no
 * trace shows any more.
 */
export interface Difference {
  /** Begin of the names of the traces; all when absent. */
  readonly traces?: readonly string[];
  readonly reason: string;
  /** Something else is sent there, or nothing, or something more. */
  readonly order?: { readonly to: string; readonly recorded?: string; readonly live?: string };
  /** A header or field has another value. */
  readonly value?: {
    /** Of the signature. */
    readonly of: RegExp;
    readonly field: string;
    readonly recorded: RegExp;
    readonly live: RegExp;
  };
}

export const deliberateDifferences: readonly Difference[] = [
  {
    reason:
      'RFC 3261 §12.1.1: a response that makes a dialog, early ones included, carries Contact; without it no UPDATE can be sent',
    value: { of: /^(SIP|CTL response OK)/, field: 'contact', recorded: /^absent$/, live: /^sip:/ },
  },
  {
    traces: ['10', '15'],
    reason: 'a response made up for a target that does not answer names the target, not an empty address',
    value: {
      of: /^CTL sip network (408|503)/,
      field: 'token address',
      recorded: /^$/,
      live: /^127\.0\.0\.1$/,
    },
  },
  {
    traces: ['10', '15'],
    reason: 'a response made up for a target that does not answer names the port of the target, not 0',
    value: { of: /^CTL sip network (408|503)/, field: 'token port', recorded: /^0$/, live: /^7170$/ },
  },
  {
    traces: ['10'],
    reason:
      'RFC 3261 §20.43: a response that the engine made up says so in Warning; nobody takes it for one of the target',
    value: { of: /^CTL sip network 408/, field: 'warning', recorded: /^absent$/, live: /^399 / },
  },
  {
    reason:
      'the protocol is always told; the recorded server leaves it empty with ACK and with responses within a dialog',
    value: { of: /^CTL (sip network ACK|response OK)/, field: 'token proto', recorded: /^$/, live: /^udp$/ },
  },
  {
    reason: 'ACK has a transaction id of its own, like every request within a dialog (specification §4.2)',
    value: { of: /^CTL sip network ACK/, field: 'token transaction id', recorded: /./, live: /./ },
  },
  {
    traces: ['10', '15'],
    reason:
      'RFC 3261 §12.1: a refusal without a provisional response before it makes no dialog, so none is named',
    value: { of: /^CTL response OK/, field: 'token dialog id', recorded: /from-tag=/, live: /^$/ },
  },
  {
    reason: 'the reply to the answer to a BYE still names the dialog',
    value: { of: /^CTL response OK/, field: 'token dialog id', recorded: /^$/, live: /from-tag=/ },
  },
  {
    traces: ['05'],
    reason:
      'RFC 3261 §12.2.1.2: the Contact of the 200 to a re-INVITE is the new remote target, and its ACK goes there',
    value: {
      of: /^(SIP ACK|CTL response OK)/,
      field: 'request line',
      recorded: /^ACK sip:alice@127\.0\.0\.1:6160 /,
      live: /^ACK sip:127\.0\.0\.1:6160;transport=UDP /,
    },
  },
  {
    traces: ['05'],
    reason: 'our Contact stays the same for the whole dialog',
    value: {
      of: /^(SIP 200 INVITE|CTL response OK)/,
      field: 'contact',
      recorded: /^sip:127\.0\.0\.1:5180$/,
      live: /^"Alice" sip:alice@127\.0\.0\.1:5180$/,
    },
  },
  {
    traces: ['12'],
    reason: 'RFC 3311 §5.1: UPDATE refreshes the remote target, so it carries Contact',
    value: {
      of: /^(SIP UPDATE|CTL response OK)/,
      field: 'contact',
      recorded: /^absent$/,
      live: /sip:alice@127\.0\.0\.1:5180$/,
    },
  },
  {
    traces: ['14'],
    reason: 'RFC 3261 §20.10: a 488 has no use for Contact',
    value: { of: /^(SIP 488 INVITE|CTL response OK)/, field: 'contact', recorded: /^sip:/, live: /^absent$/ },
  },
  {
    traces: ['14'],
    reason: 'RFC 3261 §15.1.2: a request still pending when the BYE comes is answered 487',
    order: { to: 'UAC', recorded: 'SIP 500 INVITE', live: 'SIP 487 INVITE' },
  },
  {
    traces: ['15'],
    reason:
      'a UDP socket of Node is not told that nobody listens (ICMP): timer B gives 408 instead of an early 503',
    order: { to: 'app1', recorded: 'CTL sip network 503 INVITE', live: 'CTL sip network 408 INVITE' },
  },
  {
    traces: ['24'],
    reason:
      'an application may answer an INVITE until timer C: the recorded server forgets it, unanswered, after 64 s',
    order: { to: 'app1', recorded: 'CTL response NOK', live: 'CTL response OK' },
  },
  {
    traces: ['24'],
    reason: 'what the application answers after 75 s reaches the caller',
    order: { to: 'UAC', live: 'SIP 480 INVITE' },
  },
];
