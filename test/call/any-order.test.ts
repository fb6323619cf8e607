import { expect } from 'chai';
import type { LoggedIn } from '../../lib/agents/agent.ts';
import type { AgentsAtDns } from '../../lib/agents/agent-table.ts';
import { isOver, sharesData } from '../../lib/call/call.ts';
import type { DataRequested } from '../../lib/call/data/data-request.ts';
import type { Dn } from '../../lib/call/ids.ts';
import type { Decided } from '../../lib/call/set-up/screening.ts';
import { noOffers } from '../../lib/call/media/offer.ts';
import type { AudioSwitched } from '../../lib/call/media/agreement.ts';
import { knows } from '../../lib/call/media/exchange.ts';
import type { Effect, LegId, Payload, RequestId, Signal, SignallingEffect } from '../../lib/call/signal.ts';
import { notifyModes } from '../../lib/routing/trunk.ts';
import type { Replacing } from '../../lib/call/transfer/replacing.ts';
import type { JoinWanted, TransferWanted } from '../../lib/call/transfer/transfer-request.ts';
import { type Decision, Turn } from '../../lib/call/turn.ts';
import { isGone } from '../../lib/call/leg.ts';
import type { CallEvent } from '../../lib/events/event.ts';
import { learnEvent } from '../../lib/events/open-parties.ts';
import { agentsAt } from '../agents/agents-at.ts';
import { newRequestOf, lines, Story, textOf, trunk } from './support/story.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Asked {
  readonly request: RequestId;
  readonly method: string;
}

/** One phone as the wire sees it: what it may still do, and what it is owed. */
class Phone {
  readonly id: LegId;
  readonly role: 'caller' | 'callee';
  /** `open`: its INVITE has no final response. `cancelled`: CANCEL was sent to it, the final response is due. */
  state: 'open' | 'cancelled' | 'up' | 'gone' = 'open';
  hasDialog = false;
  /** Caller: our 2xx has no ACK. Callee: its 2xx has none. */
  ackDue = false;
  /** Its requests that we owe a final response. */
  readonly unanswered: Asked[] = [];
  /** Its re-INVITEs with our 2xx. */
  readonly toAcknowledge: Asked[] = [];
  /** Our requests that it owes a final response. */
  readonly asked: Asked[] = [];
  /** Our re-INVITEs with its 2xx. */
  readonly accepted: Asked[] = [];

  /** Its dialog as it names it: its tag, and ours. */
  get tags() {
    return { own: `p-${this.id}`.replaceAll('/', '.'), ours: `o-${this.id}`.replaceAll('/', '.') };
  }

  constructor(id: LegId, role: 'caller' | 'callee') {
    this.id = id;
    this.role = role;
  }
}

function take(list: Asked[], request: RequestId, what: string): Asked {
  const at = list.findIndex(one => one.request === request);
  const [found] = at < 0 ? [] : list.splice(at, 1);
  if (found === undefined) throw new Error(what);
  return found;
}

type OfCall = Exclude<Signal, { type: 'subscribed' }>;
type Happening = AudioSwitched | OfCall | Decided | DataRequested | Replacing | TransferWanted | JoinWanted;

const endings: ReadonlySet<Signal['type']> = new Set([
  ...(['lost', 'hungUp', 'cancelled', 'answerFailed', 'rejected'] as const),
]);

/** A call on whose phones anything happens that the wire allows, in any order. What breaks a rule throws. */
class AnyCall {
  readonly story: Story;
  readonly #phones = new Map<LegId, Phone>();
  readonly #random: () => number;
  readonly #timers = new Map<string, Extract<Effect, { do: 'startTimer' }>['timer']>();
  #done = 0;
  readonly #places: Record<string, Partial<LoggedIn>> = { alice: {}, bob: {} };
  readonly said: string[] = [];
  /** Who has been told of this call or the other, and not yet of its end. */
  readonly openParties: Map<string, string>;
  #learnt = 0;

  /** Another call of alice's or bob's, with which this one may be joined. */
  #other: AnyCall | undefined;
  /** The same, when they may share their data. */
  #sharing: AnyCall | undefined;
  #shared = 0;

  constructor(seed: number, other?: AnyCall) {
    this.#other = other;
    this.openParties = other?.openParties ?? new Map<string, string>();
    const second = seed < 0;
    this.#random = randomOf(seed);
    // A third of the calls somebody outside decides about.
    const env = this.#random() < 0.3 ? { screening: { onTimeout: 'answer' } as const } : {};
    const routes = [{ targets: ['sip:bob@192.0.2.2', 'sip:carol@192.0.2.3'], consult: 'joint' as const }];
    const agents = this.#agents();
    const routing = { trunks: this.#trunks(), routes };
    this.story = new Story({ env: { ...env, agents }, second, routing });
    if (other !== undefined) this.story.ours = other.story.ours;
    const offers = this.#random() < 0.7 ? { sdp: sdpOf(0) } : {};
    // Some of those with another beside them share its data.
    if (other !== undefined && seed % 4 === 0) {
      this.story.consults(other.story, offers);
      this.#sharing = other;
      other.#sharing = this;
    } else this.story.invite(offers);
    this.#phones.set(this.story.call.caller.id, new Phone(this.story.call.caller.id, 'caller'));
    this.#learn();
    this.#carryOut();
  }

  /** Where carol and dave work, who may want no calls, or have them elsewhere; alice and bob take theirs. */
  #agents(): AgentsAtDns {
    const dnd = this.#random() < 0.1;
    const forwardTo = this.#random() < 0.1 ? 'sip:erin@192.0.2.5' : undefined;
    Object.assign(this.#places, { carol: { dnd }, dave: { forwardTo } });
    return agentsAt(this.#places);
  }

  /** One of them does not want to be heard, or to hear; or does again. */
  #switches(ending: boolean): AudioSwitched[] {
    if (ending || this.#random() < 0.8) return [];
    const dn = this.#random() < 0.5 ? 'alice' : 'bob';
    return [{ type: 'audioSwitched', tenant: 'acme', dn: dn as Dn }];
  }

  #turnAudio({ dn }: AudioSwitched): void {
    const is = (): { muted?: object; deafened?: object } => ({
      ...(this.#random() < 0.5 && { muted: {} }),
      ...(this.#random() < 0.3 && { deafened: {} }),
    });
    this.#places[dn] = is();
  }

  /** In most calls each side is told in a way of its own. */
  #trunks() {
    if (this.#random() < 0.2) return [];
    return ['127.0.0.1/32', '192.0.2.0/24'].map(source => {
      const notify = notifyModes[Math.floor(this.#random() * notifyModes.length)] ?? 'info';
      const redirects = this.#random() < 0.5 ? 'follow' : 'relay';
      return trunk({ name: source.slice(0, 3), sources: [source], notify, redirects });
    });
  }

  get phones(): readonly Phone[] {
    return [...this.#phones.values()];
  }

  get timersRunning(): readonly string[] {
    return [...this.#timers.keys()].filter(timer => !timer.includes('linger'));
  }

  get over(): boolean {
    return isOver(this.story.call);
  }

  /** Does one thing that may happen now; false when there is none. */
  step(ending: boolean): boolean {
    const mayEnd = ending || this.#random() < 0.1;
    const possible: Happening[] = [
      ...this.#decisions(),
      ...this.#changes(ending),
      ...this.#newcomers(ending),
      ...this.#joins(ending),
      ...this.#switches(ending),
    ];
    const happening = this.phones
      .flatMap(phone => this.#possible(phone, ending))
      .filter(({ type }) => mayEnd || !endings.has(type));
    possible.push(...happening);
    for (const timer of this.#timers.values()) {
      if (ending || this.#random() < 0.1) possible.push({ type: 'timerFired', timer });
    }
    const signal = possible[Math.floor(this.#random() * possible.length)];
    if (signal === undefined) return false;
    this.#happen(signal);
    return true;
  }

  #decisions(): Decided[] {
    if (this.story.call.state !== 'screening') return [];
    const verdicts: Decided['verdict'][] = [
      { action: 'answer' },
      { action: 'redirect', target: 'sip:carol@192.0.2.3' },
      { action: 'reject', status: 486 },
      { action: 'none', code: 'decision-missing' },
    ];
    const held = this.#sharing?.story.call.data;
    return verdicts.map(verdict => ({ type: 'decided', verdict, ...(held !== undefined && { held }) }));
  }

  /** Somebody calls to take the place of a party. */
  #newcomers(ending: boolean): Replacing[] {
    const { caller, callee, state } = this.story.call;
    if (ending || this.#phones.size > 6 || this.#random() < 0.6) return [];
    const legs = [caller, callee].filter(leg => leg !== undefined);
    return legs.map(({ callId, tags }) => {
      const leg = `newcomer-${this.story.call.connId.slice(14, 16)}-${String(this.#phones.size)}` as LegId;
      const request = newRequestOf({ callId: `call-of-${leg}`, ...this.#payload(new Phone(leg, 'caller')) });
      const earlyOnly = state !== 'established' && this.#random() < 0.5;
      const replaces = { callId, toTag: tags.local, fromTag: tags.remote, earlyOnly };
      const standing = this.story.call.standing;
      return { type: 'replacing', leg, request, replaces, standing };
    });
  }

  /** Somebody asks for it, whoever it is that leaves both. */
  #joins(ending: boolean): JoinWanted[] {
    const other = this.#other?.story.call;
    if (ending || other === undefined || this.#random() < 0.3) return [];
    const party = this.#random() < 0.5 ? this.story.call.caller.dn : this.story.call.callee?.dn;
    const replaced = this.#random() < 0.7 ? other.caller.id : other.callee?.id;
    if (party === undefined || replaced === undefined) return [];
    const joinable = { call: other, replaced, earlyOnly: false };
    const dns = { party, thirdPartyDn: party };
    const join = { type: 'joinWanted', ...dns, entries: [], merged: 'merged-over-main', joinable } as const;
    // It does not ring for long.
    return Array.from({ length: other.state === 'established' ? 1 : 12 }, () => join);
  }

  /** The other call has ended, but for one phone, which is on this one. */
  #takeOver(other: AnyCall, ended: Decision, id: LegId): void {
    this.#other = undefined;
    const phone = other.#phone(id);
    this.#phones.set(id, phone);
    for (const [name, timer] of other.#timers) {
      if (timer.kind === 'linger' || timer.leg !== id) continue;
      other.#timers.delete(name);
      this.#timers.set(name, timer);
    }
    this.#carryOut();
    other.story.becomes(ended);
    other.#learn();
    other.#carryOut();
    other.#phones.delete(id);
  }

  /** Carol is not on the call. */
  #changes(ending: boolean): (DataRequested | TransferWanted)[] {
    if (ending || this.over || this.#random() < 0.5) return [];
    const value = String(Math.floor(this.#random() * 10));
    const entries = [{ key: 'A', type: 'string', value, scope: 'sip' }] as const;
    const operation = { operation: 'update', entries } as const;
    const mode = this.#random() < 0.5 ? 'blind' : 'single-step';
    const dns = { party: 'alice' as Dn, thirdPartyDn: 'carol' as Dn };
    const away = { mode, to: 'sip:dave@192.0.2.4', local: true, ...dns, entries } as const;
    return [
      { type: 'dataRequested', operation, thirdPartyDn: 'carol' as Dn },
      { type: 'transferWanted', ...away },
    ];
  }

  #happen(signal: Happening): void {
    this.said.push(
      JSON.stringify(signal.type === 'joinWanted' ? { ...signal, joinable: undefined } : signal),
    );
    if (signal.type === 'replacing') this.#phones.set(signal.leg, new Phone(signal.leg, 'caller'));
    this.story.nowMs += 1 + Math.floor(this.#random() * 500);
    this.#suffered(signal);
    // The funnel asks no call that is over.
    if (!this.over) this.story.feed(signal);
    this.#learn();
    const { joined, movedLeg } = this.story;
    if (this.#other !== undefined && joined !== undefined && movedLeg !== undefined)
      this.#takeOver(this.#other, joined, movedLeg);
    this.#carryOut();
    this.#share();
    this.#nothingIsForgotten();
    this.#mediaAgree();
  }

  #learn(): void {
    const { events } = this.story;
    // DNs have events of both calls: their order is that of `hooks`.
    const ofCall = events
      .slice(this.#learnt)
      .filter(({ id }) => id !== 'EventOffHook' && id !== 'EventOnHook');
    learnAll(this.openParties, ofCall);
    this.#learnt = events.length;
    this.#openPartiesAreThere();
  }

  /** Who talks has been told so, and who has left has been told that. */
  #openPartiesAreThere(): void {
    const { state, connId, caller, callee } = this.story.call;
    const open = [...this.openParties.keys()].filter(party => party.startsWith(connId)).length;
    const talking = state === 'established' && !isGone(caller) && callee !== undefined && !isGone(callee);
    if (talking && open < 2) throw new Error(`${String(open)} parties are open`);
    if (this.over && open > 0) throw new Error(`${String(open)} parties of a released call are open`);
  }

  /** As the funnel does it. */
  #share(): void {
    const fresh = this.story.shared.slice(this.#shared);
    this.#shared = this.story.shared.length;
    const other = this.#sharing;
    if (other === undefined || !sharesData(this.story.call, other.story.call)) return;
    for (const { author, after } of fresh) {
      if (this.#hasEnded || other.#hasEnded) return;
      other.story.feed({ type: 'sharedDataChanged', by: author.dn, data: after });
      other.#carryOut();
      if (other.story.shared.length > other.#shared) throw new Error('it comes back');
    }
    if (!this.#hasEnded && !other.#hasEnded && valueOfA(this.story) !== valueOfA(other.story))
      throw new Error('the data differs');
  }

  get #hasEnded(): boolean {
    return this.story.call.state === 'released';
  }

  /** When nothing is under way and no offer of ours was refused, each was sent last what the other said last. */
  #mediaAgree(): void {
    const { state, caller, callee, relayed, held, agreement, transfer } = this.story.call;
    const changing = agreement !== undefined || transfer !== undefined;
    if (state !== 'established' || callee === undefined || changing) return;
    if (isGone(caller) || isGone(callee)) return;
    const busy = [caller, callee].some(
      ({ ownOffers }) => ownOffers.waiting.length > 0 || ownOffers.outstanding,
    );
    if (busy || relayed.length + held.length > 0 || this.story.noted('disagreed').length > 0) return;
    const turn = new Turn(this.story.call, 0, this.story.env);
    if (!knows(turn, caller, callee) || !knows(turn, callee, caller))
      throw new Error('the two ends do not agree');
  }

  /** What a phone is owed the call knows, and what the call waits for a phone owes. */
  #nothingIsForgotten(): void {
    const { held, relayed, state, caller, callee, departing } = this.story.call;
    for (const { id, unanswered, toAcknowledge } of this.phones) {
      const known = [...held, ...relayed].filter(({ from }) => from === id).map(({ request }) => request);
      // A released call only waits to say BYE, and so does a leg whose place another has.
      const isOnlyLeaving = state === 'released' || departing.some(leg => leg.id === id);
      for (const { request } of isOnlyLeaving ? unanswered : [...unanswered, ...toAcknowledge])
        if (!known.includes(request)) throw new Error(`${request} of ${id} is forgotten`);
    }
    for (const { to, from, sent, request, stage } of relayed) {
      const owed = stage === 'acknowledging' ? this.#phone(from).toAcknowledge : this.#phone(to).asked;
      const id = stage === 'acknowledging' ? request : sent;
      if (!owed.some(one => one.request === id)) throw new Error(`nobody owes what ${id} waits for`);
    }
    for (const leg of [caller, callee]) {
      const own = leg?.ownOffers.outstanding?.request;
      if (
        leg !== undefined &&
        own !== undefined &&
        !this.#phone(leg.id).asked.some(one => one.request === own)
      )
        throw new Error(`nobody owes what ${own} waits for`);
    }
  }

  #possible(phone: Phone, ending: boolean): OfCall[] {
    const leg = phone.id;
    const payload = this.#payload(phone);
    if (phone.state === 'gone') return [];
    const signals: OfCall[] = [{ type: 'lost', leg, reason: 'gone' }];
    if (phone.hasDialog && phone.state !== 'cancelled') signals.push({ type: 'hungUp', leg, payload });
    signals.push(...(phone.role === 'caller' ? this.#ofCaller(phone) : this.#ofCallee(phone)));
    for (const { request, method } of phone.asked) {
      for (const status of ending ? [200, 408] : [183, 200, 200, 488, 405, 481, 408, 491])
        signals.push({ type: 'responded', leg, request, method, status, reason: '', payload });
    }
    for (const { request } of phone.toAcknowledge)
      signals.push({ type: 'acknowledged', leg, request, payload });
    for (const { request, method } of phone.unanswered)
      if (method === 'INVITE')
        signals.push(
          ...Array.from({ length: 6 }, () => ({ type: 'withdrawn', leg, request, payload }) as const),
        );
    if (!ending && phone.hasDialog && phone.unanswered.length < 3 && phone.state !== 'cancelled') {
      for (const method of ['INVITE', 'INVITE', 'UPDATE', 'INFO', 'MESSAGE', 'FOO'])
        signals.push({ type: 'requested', leg, request: this.story.newRequestId(), method, payload });
      if (this.story.call.transfer !== undefined || this.#random() < 0.1)
        signals.push(this.#subscription(phone));
      for (const referral of this.#referrals())
        signals.push({
          ...{ type: 'requested', leg, request: this.story.newRequestId(), method: 'REFER' },
          payload: { headers: lines([...referral, ...textOf(payload.headers)]) },
        });
    }
    return signals;
  }

  /** To what becomes of a REFER, whether there was one or not. */
  #subscription({ id }: Phone): OfCall {
    const expires = [0, 1, 3600][Math.floor(this.#random() * 3)] ?? 0;
    const headers = lines(['Event: refer', `Expires: ${String(expires)}`]);
    const request = this.story.newRequestId();
    return { type: 'requested', leg: id, request, method: 'SUBSCRIBE', payload: { headers } };
  }

  /** To dave, in whatever way; now and then to nowhere. */
  #referrals(): string[][] {
    const quiet = this.#random() < 0.2 ? ['Refer-Sub: false'] : [];
    const twice = this.#random() < 0.1 ? ['Refer-To: <sip:eve@192.0.2.5>'] : [];
    return [
      ['Refer-To: <sip:dave@192.0.2.4>', ...quiet, ...twice],
      ['Refer-To: <tel:+4930>', ...quiet],
    ];
  }

  #ofCaller(phone: Phone): OfCall[] {
    const payload = this.#payload(phone);
    if (phone.state === 'open') return [{ type: 'cancelled', leg: phone.id, payload }];
    if (!phone.ackDue) return [];
    const failed: OfCall = { type: 'answerFailed', leg: phone.id, reason: 'cancelled' };
    return [
      { type: 'acknowledged', leg: phone.id, payload },
      { type: 'acknowledged', leg: phone.id, payload },
      failed,
    ];
  }

  #ofCallee(phone: Phone): OfCall[] {
    if (phone.state === 'up') return [];
    const [leg, payload] = [phone.id, this.#payload(phone)];
    const status = [408, 486, 503, 487][Math.floor(this.#random() * 4)] ?? 500;
    const contact = lines([`Contact: <sip:frank@192.0.2.6?X-MS-Custom-A=${String(status)}>`]);
    const elsewhere = { ...payload, headers: [...payload.headers, ...contact] };
    return [
      { type: 'progressed', leg, status: this.#random() < 0.2 ? 199 : 180, reason: 'Ringing', payload },
      { type: 'progressed', leg, status: 183, reason: 'Progress', payload },
      { type: 'answered', leg, status: 200, payload },
      { type: 'answered', leg, status: 200, payload },
      { type: 'rejected', leg, status, reason: '', payload },
      { type: 'rejected', leg, status: 302, reason: '', payload: elsewhere },
    ];
  }

  #payload({ id, role, tags: { own, ours } }: Phone): Payload {
    const chance = this.#random();
    const [from, to] = role === 'caller' ? [own, ours] : [ours, own];
    const dialog = [`From: <sip:a@x>;tag=${from}`, `To: <sip:b@x>;tag=${to}`, `Call-ID: call-of-${id}`];
    const data = chance < 0.3 ? [`X-MS-Custom-A: ${String(Math.floor(chance * 10))}`] : [];
    const headers = lines([...dialog, ...data]);
    if (this.#random() < 0.2)
      headers.push(...lines(['Allow: INVITE, INFO, UPDATE', 'Recv-Info: baton-attached-data']));
    return this.#random() < 0.5
      ? { headers }
      : { headers, body: { contentType: 'application/sdp', content: sdpOf(Math.floor(this.#random() * 6)) } };
  }

  /** What the signal means for the phone itself. */
  #suffered(signal: Happening): void {
    if (signal.type === 'decided' || signal.type === 'dataRequested' || signal.type === 'replacing') return;
    if (signal.type === 'transferWanted' || signal.type === 'joinWanted') return;
    if (signal.type === 'audioSwitched') {
      this.#turnAudio(signal);
      return;
    }
    if (signal.type === 'timerFired') {
      this.#timers.delete(JSON.stringify(signal.timer));
      // Nobody waits for that ACK any more.
      if (signal.timer.kind === 'ack-missing') this.#phone(signal.timer.leg).toAcknowledge.length = 0;
      return;
    }
    const phone = this.#phone(signal.leg);
    switch (signal.type) {
      case 'progressed':
        phone.hasDialog = true;
        return;
      case 'answered':
        Object.assign(phone, { hasDialog: true, state: 'up', ackDue: true });
        return;
      case 'acknowledged':
        if (signal.request === undefined) phone.ackDue = false;
        else take(phone.toAcknowledge, signal.request, 'an ACK to nothing');
        return;
      case 'requested':
        phone.unanswered.push(signal);
        return;
      case 'withdrawn':
        take(phone.unanswered, signal.request, 'nothing to withdraw');
        return;
      case 'responded':
        if (signal.status < 200) return;
        take(phone.asked, signal.request, 'an answer to nothing');
        if (signal.method === 'INVITE' && signal.status < 300) phone.accepted.push(signal);
        return;
      default:
        this.#end(phone);
    }
  }

  /** With the dialog goes what was under way in it: the shell answers and acknowledges the rest itself. */
  #end(phone: Phone): void {
    phone.state = 'gone';
    phone.ackDue = false;
    for (const list of [phone.unanswered, phone.toAcknowledge, phone.asked, phone.accepted]) list.length = 0;
  }

  #carryOut(): void {
    const { effects } = this.story;
    for (; this.#done < effects.length; this.#done += 1) {
      const effect = effects[this.#done];
      if (effect !== undefined) this.#perform(effect);
    }
  }

  #perform(effect: Effect): void {
    if (effect.do === 'startTimer') this.#timers.set(JSON.stringify(effect.timer), effect.timer);
    else if (effect.do === 'stopTimer') this.#timers.delete(JSON.stringify(effect.timer));
    else if (effect.do === 'askDecision') return;
    else if (effect.do === 'invite') this.#phones.set(effect.leg, new Phone(effect.leg, 'callee'));
    else this.#performOn(this.#phone(effect.leg), effect);
  }

  #performOn(phone: Phone, effect: Exclude<SignallingEffect, { do: 'invite' }>): void {
    const rule = (holds: boolean): void => {
      if (!holds)
        throw new Error(`${effect.do} on a ${phone.role} that is ${phone.state}: ${JSON.stringify(effect)}`);
    };
    switch (effect.do) {
      case 'progress':
        rule(phone.role === 'caller' && phone.state === 'open');
        phone.hasDialog = true;
        return;
      case 'answer':
        rule(phone.role === 'caller' && phone.state === 'open');
        Object.assign(phone, { state: 'up', hasDialog: true, ackDue: true });
        return;
      case 'reject':
        rule(phone.role === 'caller' && (phone.state === 'open' || phone.state === 'gone'));
        this.#end(phone);
        return;
      case 'cancel':
        rule(phone.role === 'callee' && phone.state === 'open');
        phone.state = 'cancelled';
        return;
      case 'acknowledge':
        if (effect.request === undefined) {
          rule(phone.role === 'callee' && phone.ackDue);
          phone.ackDue = false;
        } else if (phone.state !== 'gone') take(phone.accepted, effect.request, 'an ACK of ours to nothing');
        return;
      case 'request':
        rule(phone.hasDialog && (phone.state === 'up' || phone.state === 'open'));
        if (effect.method === 'INVITE') {
          rule(!phone.ackDue && phone.state === 'up' && phone.accepted.length === 0);
          rule(phone.asked.every(({ method }) => method !== 'INVITE'));
          // RFC 3261 §14.1: in either direction.
          if (effect.request.startsWith('offer'))
            rule([...phone.unanswered, ...phone.toAcknowledge].every(({ method }) => method !== 'INVITE'));
        }
        phone.asked.push(effect);
        return;
      case 'withdraw':
        rule(phone.asked.some(({ request }) => request === effect.request));
        return;
      case 'respond':
        this.#respond(phone, effect);
        return;
      case 'hangUp':
        rule(phone.state === 'up' && (phone.role === 'callee' ? !phone.ackDue : true));
        this.#end(phone);
        return;
      default:
        effect satisfies never;
    }
  }

  #respond(phone: Phone, { request, status }: Extract<Effect, { do: 'respond' }>): void {
    if (status < 200 || phone.state === 'gone') return;
    const answered = take(phone.unanswered, request, 'an answer of ours to nothing');
    if (answered.method === 'INVITE' && status < 300) phone.toAcknowledge.push(answered);
  }

  #phone(leg: LegId): Phone {
    const phone = this.#phones.get(leg);
    if (phone === undefined) throw new Error(`${leg} is nobody`);
    return phone;
  }
}

/** By party, its last event. */
function learnAll(open: Map<string, string>, events: readonly CallEvent[]): void {
  const parties = {
    get: (party: string) => open.get(party),
    open: (party: string, last: string) => void open.set(party, last),
    update: (party: string, last: string) => void open.set(party, last),
    close: (party: string) => void open.delete(party),
  };
  for (const event of events)
    learnEvent(parties, { event, last: () => event.id, withData: before => before });
}

function valueOfA({ call }: Story): unknown {
  return call.data.find(({ key }) => key === 'A')?.value;
}

function sdpOf(version: number): string {
  const direction = ['sendrecv', 'sendonly', 'recvonly'][version % 3] ?? '';
  const port = 4_000 + (version % 2);
  return `v=0\r\no=- 1 ${String(version)} IN IP4 192.0.2.1\r\nm=audio ${String(port)} RTP/AVP 0\r\na=${direction}\r\n`;
}

/** Lets anything happen for a while, then no new requests; the call must come to its end and leave nothing. */
function live(seed: number): AnyCall[] {
  // Half of them have a second call beside them.
  const other = seed % 2 === 0 ? new AnyCall(-seed) : undefined;
  const call = new AnyCall(seed, other);
  const both = other === undefined ? [call] : [call, other];
  try {
    for (let steps = 0; steps < 60; steps += 1) for (const one of both) if (!one.over) one.step(false);
    for (let steps = 0; steps < 400; steps += 1) for (const one of both) if (!one.over) one.step(true);
  } catch (error) {
    const said = both.map(one => one.said.join('\n')).join('\n-- the other\n');
    throw new Error(`seed ${String(seed)} after\n${said}`, { cause: error });
  }
  return both;
}

const isEvent =
  (method: string) =>
  (effect: Effect): boolean =>
    effect.do === 'request' && effect.request.startsWith('event') && effect.method === method;

describe('a call on which anything happens in any order', () => {
  const calls: AnyCall[] = [];

  before(function () {
    // Some seconds of work, more where other work is done beside it.
    this.timeout(120_000);
    for (let seed = 1; seed <= 1600; seed += 1) calls.push(...live(seed));
  });

  it('ends and leaves nothing, whatever happened', () => {
    for (const [at, call] of calls.entries()) {
      const { held, relayed, untold, leaving, agreement, caller, callee } = call.story.call;
      const { transfer, departing } = call.story.call;
      const idle = [caller, callee].every(leg => leg === undefined || leg.ownOffers === noOffers);
      const timers = call.timersRunning;
      const left = { over: call.over, held, relayed, untold, leaving, agreement, idle };
      expect({ transfer, departing, timers }, `seed ${String(at + 1)}`).to.deep.equal({
        transfer: undefined,
        departing: [],
        timers: [],
      });
      expect(left, `seed ${String(at + 1)}`).to.deep.equal({
        idle: true,
        agreement: undefined,
        over: true,
        held: [],
        relayed: [],
        untold: [],
        leaving: [],
      });
      expect(call.story.noted('released'), `seed ${String(at + 1)}`).to.have.length(1);
    }
  });

  it('leaves no party without being told of its end', () => {
    for (const [at, { openParties }] of calls.entries())
      expect([...openParties], `seed ${String(at + 1)}`).to.deep.equal([]);
  });

  it('leaves no DN of ours off the hook, and tells each of it in turns', () => {
    for (const [at, { story }] of calls.entries()) {
      expect(story.ours?.follower.size, `seed ${String(at + 1)}`).to.equal(0);
      const lifted = new Map<string, string>();
      learnAll(lifted, story.ours?.hooks ?? []);
      expect([...lifted], `seed ${String(at + 1)}`).to.deep.equal([]);
      const hooks = new Map<string | undefined, string>();
      for (const { id, ThisDN } of story.ours?.hooks ?? []) {
        expect(hooks.get(ThisDN) ?? 'EventOnHook', `seed ${String(at + 1)}`).to.not.equal(id);
        hooks.set(ThisDN, id);
      }
    }
  });

  it('leaves no phone up or unanswered', () => {
    for (const [at, { phones }] of calls.entries()) {
      const left = phones.filter(({ state, unanswered }) => state === 'up' || unanswered.length > 0);
      expect(left, `seed ${String(at + 1)}`).to.deep.equal([]);
    }
  });

  it('has seen what it is about', () => {
    const seen = (is: (effect: Effect) => boolean): number =>
      calls.filter(({ story }) => story.effects.some(is)).length;
    const happened = {
      answer: seen(effect => effect.do === 'answer'),
      reinvite: seen(effect => effect.do === 'request' && effect.method === 'INVITE'),
      glare: seen(effect => effect.do === 'respond' && effect.status === 491),
      withdrawal: seen(effect => effect.do === 'withdraw'),
      agreement: seen(effect => effect.do === 'request' && effect.request.startsWith('offer')),
      update: seen(isEvent('UPDATE')),
      reinviteToTell: seen(
        effect =>
          effect.do === 'request' &&
          effect.request.startsWith('offer') &&
          effect.payload.headers.some(({ name }) => name === 'X-MS-Custom-A'),
      ),
      event: seen(effect => effect.do === 'request' && effect.request.startsWith('event')),
      redirected: seen(effect => effect.do === 'invite' && effect.requestUri.includes('frank')),
      subscription: seen(effect => effect.do === 'startTimer' && effect.timer.kind === 'subscription'),
      shared: calls.filter(({ story }) => story.call.dataOf !== story.call.connId).length,
      failover: calls.filter(({ story }) => story.noted('failedOver').length > 0).length,
      forwarded: calls.filter(({ story }) => story.noted('forwarded').length > 0).length,
      silenced: calls.filter(({ said }) => said.some(signal => signal.includes('audioSwitched'))).length,
      offHook: calls.filter(({ story }) => story.events.some(({ id }) => id === 'EventOffHook')).length,
      joined: calls.filter(({ story }) => story.movedLeg !== undefined).length,
      joinedRinging: calls.filter(({ story }) =>
        story.notes.some(
          note => 'mode' in note && note.mode === 'attended' && !('tookMs' in note && note.tookMs === 0),
        ),
      ).length,
      transfer: calls.filter(({ story }) => story.noted('transferred').length > 0).length,
      secondTransfer: calls.filter(({ story }) => story.noted('transferred').length > 1).length,
      failedTransfer: calls.filter(({ story }) => story.noted('transferFailed').length > 0).length,
    };

    for (const [what, often] of Object.entries(happened)) expect(often, what).to.be.at.least(20);
  });
});
