import type { Debt } from '../data/owed.ts';
import type { Body, HeaderLine, LegId, RequestId } from '../signal.ts';

/** What a re-INVITE of our own is for: who is told of its outcome. */
export type OfferPurpose =
  /** Both parties shall agree on one session. */
  | { readonly kind: 'agree' }
  /** Somebody who wants to take the place of its partner makes it an offer. `newcomer`: who. */
  | { readonly kind: 'replace'; readonly newcomer: LegId }
  /** What the peer is owed in headers shall reach it; the session stays as it is. `sinceMs`: when it became true. */
  | { readonly kind: 'notify'; readonly sinceMs: number };

export interface WantedOffer {
  /**
   * `far-end`: what the other leg's peer has said last, as it is when the offer goes out. `unchanged`: what this peer
   * was sent last. `none`: the peer shall make the offer; it is answered with what the far end has said last.
   */
  readonly sdp: Body | 'far-end' | 'unchanged' | 'none';
  /** The leg that a body of `sdp` comes from; absent: we have made it up. */
  readonly by?: LegId;
  /** Besides Allow, Supported and what the peer is owed. */
  readonly headers: readonly HeaderLine[];
  readonly purpose: OfferPurpose;
}

/**
 * Re-INVITEs of our own on one leg.
 *
 *     waiting ──nothing else under way──▶ outstanding ──final response──▶ told to its purpose
 *        ▲                                     │ 491, 500 with Retry-After
 *        └──────timer────── backing off ◀──────┘
 *
 * While one is outstanding the peer's offers are refused with 491, and those of the other leg wait.
 */
export interface OwnOffers {
  /** At most one for each purpose: the newest. */
  readonly waiting: readonly WantedOffer[];
  readonly outstanding: OutstandingOffer | undefined;
  /** Refusals for the time being (491, 500 with Retry-After) in a row. */
  readonly glares: number;
  /** A timer runs; nothing goes out before. */
  readonly backingOff: boolean;
}

export interface OutstandingOffer {
  readonly request: RequestId;
  readonly wanted: WantedOffer;
  /** What it offers; undefined: nothing. */
  readonly sent: Body | undefined;
  /** What the peer was owed and this tells; owed again when it is refused. */
  readonly settles: readonly Debt[];
}

export const noOffers: OwnOffers = { waiting: [], outstanding: undefined, glares: 0, backingOff: false };
