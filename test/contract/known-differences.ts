/** Where a real drachtio-server 0.9.10 is known to do otherwise than the contract says, and why. Each is asserted, not skipped. */
export const knownDifferences = {
  'header-spelling': {
    of: 'drachtio-server',
    reason:
      'names that do not begin with X- are written with a capital after each hyphen (control protocol §7.1)',
  },
  'ack-cseq': {
    of: 'drachtio-server',
    reason: 'ACK has the CSeq number of the last request sent, not of its INVITE (control protocol §9)',
  },
  'final-lost-after-1xx': {
    of: 'drachtio-server',
    reason: 'a 1xx to a request within a dialog loses the final response (drachtio-server#151, #350)',
  },
  'ringing-left-alone': {
    of: 'drachtio-server',
    reason:
      'what was being set up when the connection went is neither answered nor cancelled (drachtio-server#132)',
  },
  'reinvite-cancel': {
    of: 'drachtio-server',
    reason:
      'the CANCEL of a re-INVITE is answered, but the application is not told of it, nor can it send one',
  },
  'no-early-dialog': {
    of: 'drachtio-server',
    reason: 'the dialog of a caller is there from the 200 on, or from a reliable 1xx (control protocol §6)',
  },
  'notify-contact': {
    of: 'drachtio-server',
    reason:
      'it adds no Contact to NOTIFY, which a request that makes a dialog has (RFC 3261 §8.1.1.8, control protocol §7.1)',
  },
  'dialogs-not-given-back': {
    of: 'drachtio-server',
    reason: 'a dialog belongs to its connection: who returns gets none of its requests (control protocol §6)',
  },
} as const;

export type KnownDifference = keyof typeof knownDifferences;
