import type { CallHandlingEventName } from '../../events/names.ts';
import type { Call } from '../call.ts';
import { isRinging, type Leg, type Told } from '../leg.ts';
import { isHold } from '../media/sdp.ts';
import { type Moment, partyEvent } from './party-event.ts';
import {
  concernedByTransfer,
  isHandedOver,
  isJoined,
  isTargetAlerted,
  transferredAway,
  type TransferParty,
} from './transfer-events.ts';
import type { Turn } from '../turn.ts';
import type { Verdict } from '../ending/verdict.ts';

/**
 * What each party is told of its call: T-Library's sequences, as rules over the call before and after a decision. Each rule
 * is asked once a decision, in this order; a party that has been told something else than `from` is not concerned.
 */
const sequences: readonly Rule[] = [
  { tell: 'EventRinging', to: 'target', from: ['nothing'], becomes: 'ringing', when: isTargetAlerted },
  { tell: 'EventPartyChanged', to: 'target', from: ['ringing', 'established', 'held'], when: isJoined },
  { tell: 'EventPartyChanged', to: 'transferee', from: ['established', 'held'], when: isHandedOver },
  { tell: 'EventEstablished', to: 'target', from: ['ringing'], becomes: 'established', when: isHandedOver },
  { tell: 'EventAbandoned', to: 'given-up-target', from: ['ringing'], when: isTransferAbandoned },
  {
    tell: 'EventDiverted',
    to: 'given-up-target',
    from: ['nothing', 'ringing'],
    when: isTargetRedirected,
  },
  { tell: 'EventReleased', to: 'given-up-target', from: ['ringing'], when: isTargetFailed },
  {
    tell: 'EventReleased',
    to: 'transferor',
    from: ['established', 'held'],
    becomes: 'released',
    when: always,
  },
  { tell: 'EventDiverted', to: 'given-up', from: ['nothing', 'ringing'], when: isRedirected },
  { tell: 'EventReleased', to: 'given-up', from: ['ringing'], when: always },
  { tell: 'EventPartyChanged', to: 'caller', from: ['dialing'], when: isRedirected },
  { tell: 'EventDialing', to: 'caller', from: ['nothing'], becomes: 'dialing', when: isCalling },
  { tell: 'EventDiverted', to: 'forwarded', from: ['nothing'], when: always },
  { tell: 'EventNetworkReached', to: 'caller', from: ['dialing'], when: isReachingOutside },
  // Our choice: who answers without ringing has rung.
  { tell: 'EventRinging', to: 'callee', from: ['nothing'], becomes: 'ringing', when: isAlerted },
  { tell: 'EventEstablished', to: 'caller', from: ['dialing'], becomes: 'established', when: isAnswered },
  { tell: 'EventEstablished', to: 'callee', from: ['ringing'], becomes: 'established', when: isAnswered },
  { tell: 'EventHeld', to: 'caller', from: ['established'], becomes: 'held', when: holds('caller') },
  { tell: 'EventHeld', to: 'callee', from: ['established'], becomes: 'held', when: holds('callee') },
  { tell: 'EventRetrieved', to: 'caller', from: ['held'], becomes: 'established', when: retrieves('caller') },
  { tell: 'EventRetrieved', to: 'callee', from: ['held'], becomes: 'established', when: retrieves('callee') },
  { tell: 'EventDestinationBusy', to: 'caller', from: ['dialing'], when: isBusy },
  {
    tell: 'EventReleased',
    to: 'caller',
    from: ['dialing', 'established', 'held'],
    becomes: 'released',
    when: isOver,
  },
  { tell: 'EventAbandoned', to: 'callee', from: ['ringing'], becomes: 'released', when: isAbandoned },
  {
    tell: 'EventReleased',
    to: 'callee',
    from: ['ringing', 'established', 'held'],
    becomes: 'released',
    when: isOver,
  },
];

interface Rule {
  readonly tell: CallHandlingEventName;
  /**
   * `given-up`: the target of an attempt that failed, after which the next is tried; `given-up-target` the same of a
   * transfer; `forwarded`: whose agent has its calls go elsewhere; `transferor`: who has just gone after a transfer, or during one.
   */
  readonly to: 'caller' | 'callee' | 'given-up' | 'forwarded' | TransferParty;
  /** What the party was told last. */
  readonly from: readonly Told[];
  /** What it has been told then; absent: that stays. */
  readonly becomes?: Told;
  readonly when: (moment: Moment) => boolean;
}

/** Adds to the decision what the parties are told of it. Nobody is told anything of a call that never started. */
export function tellParties(turn: Turn, before: Call): void {
  const { call: after } = turn;
  if (after.callee === undefined || isQuiet(before, after)) return;
  const isTransferAbandoned = turn.notes.some(one => one.note === 'transferFailed' && one.status === 487);
  const { joined } = turn;
  const moment = { before, after, joined, verdict: verdictOf(turn), isTransferAbandoned };
  for (const rule of sequences) {
    if (!rule.when(moment)) continue;
    for (const leg of concerned(rule, turn, before)) {
      if (!rule.from.includes(leg.told)) continue;
      const verdict = verdictFor(rule, turn, leg, moment);
      turn.events.push(partyEvent(turn, leg, rule.tell, { ...moment, verdict }));
      if (rule.becomes !== undefined) turn.changeLeg(leg, { told: rule.becomes });
    }
  }
}

function verdictFor({ to, tell }: Rule, turn: Turn, leg: Leg, { verdict }: Moment): Verdict | undefined {
  if (to === 'transferor') return transferredAway(turn, leg);
  if (to === 'forwarded') return forwardedOn;
  // What has failed already in this decision has begun before.
  if (tell === 'EventDialing') return undefined;
  return to === 'given-up' && verdict === undefined ? pickedUp : verdict;
}

/** Our choice: somebody else has answered in its place. */
const pickedUp: Verdict = { by: 'baton', why: 'redirected', sipStatus: 200, atFault: 'none' };

/** It has not been called at all. */
const forwardedOn: Verdict = { by: 'callee', why: 'forwarded', sipStatus: 302, atFault: 'none' };

/** Nothing of what the rules ask for is another than before: so it is for nearly every message of a standing call. */
function isQuiet(before: Call, after: Call): boolean {
  return (
    before.state === after.state &&
    before.caller.state === after.caller.state &&
    before.callee?.id === after.callee?.id &&
    before.callee?.state === after.callee?.state &&
    before.transfer === after.transfer &&
    before.departing === after.departing &&
    before.caller.session.received === after.caller.session.received &&
    before.callee?.session.received === after.callee?.session.received
  );
}

function concerned({ to }: Rule, turn: Turn, before: Call): readonly Leg[] {
  const { call } = turn;
  switch (to) {
    case 'caller':
    case 'callee': {
      const leg = call[to];
      return leg === undefined ? [] : [leg];
    }
    case 'forwarded':
      return turn.forwarded.map(({ leg }) => leg);
    case 'given-up':
      return before.callee === undefined || turn.leg(before.callee.id) !== undefined ? [] : [before.callee];
    default:
      return concernedByTransfer(to, turn, before);
  }
}

function verdictOf({ notes }: Turn): Verdict | undefined {
  for (const note of notes) {
    const ends = note.note === 'released' || note.note === 'failedOver' || note.note === 'transferFailed';
    if (ends) return note.verdict;
  }
  return undefined;
}

function always(): boolean {
  return true;
}

/** The target has sent the call on to somebody else. */
function isRedirected({ before, after, verdict }: Moment): boolean {
  return (
    verdict?.why === 'redirected' && before.callee !== undefined && before.callee.id !== after.callee?.id
  );
}

/** The same of a transfer's target. */
function isTargetRedirected({ before, after, verdict }: Moment): boolean {
  const [was, is] = [before.transfer?.target.id, after.transfer?.target.id];
  return verdict?.why === 'redirected' && was !== undefined && is !== undefined && was !== is;
}

function isTransferAbandoned(moment: Moment): boolean {
  return moment.isTransferAbandoned;
}

function isTargetFailed(moment: Moment): boolean {
  return !moment.isTransferAbandoned;
}

function isCalling({ after }: Moment): boolean {
  return after.callee !== undefined;
}

/** The first sign of life from beyond a trunk that leads to the outside world. */
function isReachingOutside({ before, after }: Moment): boolean {
  const { callee } = after;
  if (callee?.trunk.network !== true || callee.state.is === 'invited' || before.callee === undefined)
    return false;
  return before.callee.state.is === 'invited' && (isAnswered({ after }) || isRinging(callee));
}

function isAlerted({ after }: Pick<Moment, 'after'>): boolean {
  const { callee } = after;
  return (callee?.state.is === 'early' && callee.state.rang) || isAnswered({ after });
}

function isAnswered({ after }: Pick<Moment, 'after'>): boolean {
  return after.state === 'answered' || after.state === 'established';
}

function isOver({ after }: Pick<Moment, 'after'>): boolean {
  return after.state === 'released';
}

/** Has put its partner on hold by an offer of its own (RFC 3264 §8.4). Who only follows a hold holds nobody. */
function holds(slot: 'caller' | 'callee'): Rule['when'] {
  return ({ after }) => {
    const session = after[slot]?.session;
    return session?.received !== undefined && session.receivedAs === 'offer' && isHold(session.received);
  };
}

/** Says something else than hold, be it in an answer. */
function retrieves(slot: 'caller' | 'callee'): Rule['when'] {
  return ({ after }) => {
    const received = after[slot]?.session.received;
    return !isOver({ after }) && received !== undefined && !isHold(received);
  };
}

function isBusy(moment: Moment): boolean {
  return isOver(moment) && moment.verdict?.why === 'busy';
}

/** The caller gave up, or was gone, before the answer. */
function isAbandoned(moment: Moment): boolean {
  return isOver(moment) && moment.verdict?.why === 'cancelled';
}
