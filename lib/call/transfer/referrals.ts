import type { RequestId } from '../signal.ts';

/**
 * The implicit subscription of a REFER (RFC 3515 §2.4.4), and the NOTIFYs of it that are still to come.
 *
 *     none ──REFER accepted──▶ subscribed ──last word, a NOTIFY refused, its end or its time──▶ none
 *                               ▲      │
 *                               └──────┘ refreshed
 */
export interface Referrals {
  /** REFERs that came in this dialog, those that were refused included. */
  readonly count: number;
  readonly subscription: Subscription | undefined;
  /** In the order in which they go out; one is unanswered at a time. */
  readonly waiting: readonly Report[];
  readonly inFlight: { readonly request: RequestId; readonly event: string } | undefined;
}

export interface Subscription {
  /** Value of Event. RFC 3515 §2.4.6: with the CSeq number of its REFER, unless that is the first of its dialog. */
  readonly event: string;
  readonly expiresAtMs: number;
  /** The transfer is over by then: it lasts no longer, and a timer runs only where less was asked for. */
  readonly atMostMs: number;
  /** What was reported last. */
  readonly status: number;
}

/** What one NOTIFY tells: how the request went that the REFER led to. */
export interface Report {
  readonly event: string;
  readonly status: number;
  readonly reason: string;
  /** Of the subscription. */
  readonly expiresAtMs: number;
  /**
   * Of the last word. RFC 6665 §4.1.3: `noresource` when there is nothing more to tell, `timeout` when it is over before, by its time or by
   * who has subscribed.
   */
  readonly ends: 'noresource' | 'timeout' | undefined;
}

export const noReferrals: Referrals = { count: 0, subscription: undefined, waiting: [], inFlight: undefined };
