import type { LegId } from '../call/signal.ts';

/**
 * Offers and answers (RFC 3264) of two legs, as an rtpengine needs them: for it both talk to each other, though on each leg
 * exchanges of their own go on.
 *
 *     nothing ──offer by X──▶ X's offer is open ──answer by Y──▶ agreed ──offer by either──▶ open …
 *
 * Each state knows what each side has been shown of the other last, so that the same is shown again without a command.
 */
export interface PairState {
  readonly lastOffer: { readonly by: LegId; readonly open: boolean } | undefined;
  /** By who has said it. */
  readonly shown: ReadonlyMap<LegId, Shown>;
  /** The last exchange that was completed. */
  readonly agreed: Agreed | undefined;
}

interface Shown {
  /** SDP as it came, and as it went out. */
  readonly input: string;
  readonly output: string;
}

interface Agreed {
  readonly offerer: LegId;
  readonly offer: string;
  readonly answerer: LegId;
  readonly answer: string;
  readonly shown: ReadonlyMap<LegId, Shown>;
}

export const newPair: PairState = { lastOffer: undefined, shown: new Map(), agreed: undefined };

/** SDP of one leg on its way to the other. */
export interface SaidTo {
  readonly by: LegId;
  readonly to: LegId;
  /** What it is on the leg that it goes to. */
  readonly as: 'offer' | 'answer';
  readonly content: string;
}

export type Step =
  /** It has been shown as this, and nothing has happened since. */
  { readonly do: 'repeat'; readonly output: string } | { readonly do: 'offer' | 'answer' };

/**
 * What SDP needs. It answers who has made the last offer: in an answer, or where that offer waits for one; RFC 3725 §4.3: then the
 * leg that it goes to gets it in an offer of ours. All else is an offer.
 */
export function stepFor({ lastOffer, shown }: PairState, { by, to, as, content }: SaidTo): Step {
  const answersOpen = lastOffer?.by === to && lastOffer.open;
  const last = shown.get(by);
  if (!answersOpen && last?.input === content) return { do: 'repeat', output: last.output };
  return { do: answersOpen || (lastOffer?.by === to && as === 'answer') ? 'answer' : 'offer' };
}

/** The rtpengine has carried the step out. */
export function shownAs(
  pair: PairState,
  { by, to, content }: SaidTo,
  done: { as: Step['do']; output: string },
): PairState {
  const shown = new Map(pair.shown).set(by, { input: content, output: done.output });
  if (done.as !== 'answer') return { ...pair, shown, lastOffer: { by, open: true } };
  const offer = shown.get(to)?.input ?? '';
  const agreed = { offerer: to, offer, answerer: by, answer: content, shown };
  return { lastOffer: { by: to, open: false }, shown, agreed };
}

/** The offer of `by`, if it is open, has been refused: what was agreed before holds on (RFC 6141 §3.1), and the rtpengine must be told. */
export function takenBack(
  pair: PairState,
  by: LegId,
): { readonly agreed: Agreed; readonly pair: PairState } | undefined {
  const { agreed, lastOffer } = pair;
  if (agreed === undefined || lastOffer?.open !== true || lastOffer.by !== by) return undefined;
  const { offerer, shown } = agreed;
  return { agreed, pair: { lastOffer: { by: offerer, open: false }, shown, agreed } };
}
