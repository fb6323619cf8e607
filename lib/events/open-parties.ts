import type { ConnId } from '../call/ids.ts';
import type { AgentStateEvent, CallEvent, EventAttachedDataChanged } from './event.ts';

/**
 * Which parties have been told of a call and not yet of its end for them, and which DNs were told to be off the hook and not yet to be
 * on it: known from events alone.
 *
 *     nothing ──Dialing, Ringing──▶ open ──any event of its own──▶ open ──Released, Abandoned──▶ nothing
 *                                    └─ PartyChanged from another ConnID: open there under this one
 *
 *     nothing ──OffHook──▶ open ──OnHook──▶ nothing
 */

/** Keeps of each open party what is worth keeping of its last event. */
export interface OpenParties<Last> {
  get(party: string): Last | undefined;
  /** One that is not there. */
  open(party: string, last: Last): void;
  /** One that is there. */
  update(party: string, last: Last): void;
  close(party: string): void;
}

export interface LearntEvent<Last> {
  readonly event: CallEvent;
  /** What is worth keeping of it. */
  readonly last: () => Last;
  /** The same of an earlier one, with the data that this event tells. */
  readonly withData: (before: Last, event: EventAttachedDataChanged) => Last;
}

/** A party as an event names it. */
interface Named {
  readonly ConnID: ConnId;
  readonly ThisDN?: string;
  readonly ThisDNRole?: string;
}

/** Who comes over from another call may have had the other role there. */
const roles = ['Origination', 'Destination'] as const;

/** More parties of one call with the same DN in the same role are not told apart. */
const maxTwins = 8;

/** Takes note of what an event says about its party. */
export function learnEvent<Last>(parties: OpenParties<Last>, learnt: LearntEvent<Last>): void {
  const { event, last, withData } = learnt;
  switch (event.id) {
    case 'EventDialing':
    case 'EventRinging':
      openParty(parties, event, last());
      return;
    case 'EventPartyChanged':
      if (event.PreviousConnID === undefined || event.PreviousConnID === event.ConnID) break;
      comeOver(parties, event, event.PreviousConnID);
      openParty(parties, event, last());
      return;
    case 'EventReleased':
    case 'EventAbandoned': {
      const name = lastName(parties, event);
      if (name !== undefined) parties.close(name);
      return;
    }
    case 'EventOffHook':
      liftHook(parties, event, last());
      return;
    case 'EventOnHook':
      parties.close(hookName(event));
      return;
    case 'EventAttachedDataChanged':
      updateData(parties, event, before => withData(before, event));
      return;
    case 'EventNetworkReached':
    case 'EventEstablished':
    case 'EventHeld':
    case 'EventRetrieved':
    case 'EventBridged':
    case 'EventPartyAdded':
    case 'EventPartyDeleted':
      break;
    // Told besides, to a party that may not have been told of the call before; or of no party.
    default:
      return;
  }
  const name = nameOf(event, 0);
  if (parties.get(name) !== undefined) parties.update(name, last());
}

/** A party is its call, role and DN; who calls himself is there twice, and who transfers to his own number as well. */
function nameOf({ ConnID, ThisDN = '', ThisDNRole = '' }: Named, twin: number): string {
  return `${ConnID} ${twin} ${ThisDNRole} ${ThisDN}`;
}

function openParty<Last>(parties: OpenParties<Last>, named: Named, last: Last): void {
  for (let twin = 0; twin < maxTwins; twin += 1) {
    const name = nameOf(named, twin);
    if (parties.get(name) !== undefined) continue;
    parties.open(name, last);
    return;
  }
}

/** No ConnID begins so. */
function hookName({ tenant, ThisDN }: AgentStateEvent): string {
  return `hook ${tenant} ${ThisDN}`;
}

/** One that was left off the hook is off it still. */
function liftHook<Last>(parties: OpenParties<Last>, event: AgentStateEvent, last: Last): void {
  const name = hookName(event);
  if (parties.get(name) === undefined) parties.open(name, last);
  else parties.update(name, last);
}

function lastName<Last>(parties: OpenParties<Last>, named: Named): string | undefined {
  let found: string | undefined;
  for (let twin = 0; twin < maxTwins; twin += 1) {
    const name = nameOf(named, twin);
    if (parties.get(name) === undefined) break;
    found = name;
  }
  return found;
}

function comeOver<Last>(parties: OpenParties<Last>, { ThisDN = '' }: Named, from: ConnId): void {
  for (const ThisDNRole of roles) {
    const name = lastName(parties, { ConnID: from, ThisDN, ThisDNRole });
    if (name === undefined) continue;
    parties.close(name);
    return;
  }
}

function updateData<Last>(parties: OpenParties<Last>, named: Named, change: (before: Last) => Last): void {
  for (let twin = 0; twin < maxTwins; twin += 1) {
    const name = nameOf(named, twin);
    const before = parties.get(name);
    if (before === undefined) return;
    parties.update(name, change(before));
  }
}
