import { openKeyPolicy } from '../../../lib/attached-data/key-policy.ts';
import { CallFollower } from '../../../lib/agents/call-follower.ts';
import { onCalls } from '../../agents/agents-at.ts';
import { checkEvents } from '../../support/valid-event.ts';
import type { AuthoredChange, Call } from '../../../lib/call/call.ts';
import { asConsultation, newCall } from '../../../lib/call/new-call.ts';
import {
  originatedCall,
  type OriginateRefusal,
  type OriginateRequest,
} from '../../../lib/b2bua/origination.ts';
import { seekAgreement } from '../../../lib/call/media/agreement.ts';
import { type CallSignal, decide } from '../../../lib/call/decide.ts';
import type { CallThreadId, ConnId } from '../../../lib/call/ids.ts';
import type { Joinable } from '../../../lib/call/transfer/join.ts';
import { parseReplaces, type Replaces } from '../../../lib/call/transfer/replaces.ts';
import { namedBy } from '../../../lib/call/transfer/replacing.ts';
import type {
  Body,
  Effect,
  HeaderLine,
  LegId,
  NewRequest,
  Payload,
  RequestId,
  SignallingEffect,
  TimerName,
} from '../../../lib/call/signal.ts';
import { sendOwnOffers } from '../../../lib/call/media/own-offer.ts';
import { type Decision, type Env, type Note, Turn } from '../../../lib/call/turn.ts';
import type { CallEvent, EventAttachedDataChanged } from '../../../lib/events/event.ts';
import { compileRouting, type RoutingOptions } from '../../../lib/routing/route.ts';
import type { Trunk } from '../../../lib/routing/trunk.ts';
import { neighbourWithoutTrunk, whoIs } from '../../../lib/routing/who-is.ts';

/**
 * What a message of a story carries: header lines as `Name: value`, a body, or `sdp` for one with this text.
 */
export interface Carried {
  readonly headers?: readonly string[];
  readonly sdp?: string;
  readonly body?: Body;
}

export interface StoryOptions {
  readonly routing?: Partial<RoutingOptions>;
  readonly env?: Partial<Omit<Env, 'routing'>>;
  readonly source?: Partial<NewRequest['source']>;
  /** Another call than that of a story without it. */
  readonly second?: boolean;
}

export function trunk(parts: Partial<Trunk> & Pick<Trunk, 'name'>): Trunk {
  return { ...neighbourWithoutTrunk('acme'), ...parts };
}

export function lines(headers: readonly string[] = []): HeaderLine[] {
  return headers.map(header => {
    const colon = header.indexOf(':');
    return { name: header.slice(0, colon), value: header.slice(colon + 1).trim() };
  });
}

export function payloadOf({ headers, sdp, body }: Carried = {}): Payload {
  const carried = sdp === undefined ? body : { contentType: 'application/sdp', content: sdp };
  return carried === undefined ? { headers: lines(headers) } : { headers: lines(headers), body: carried };
}

export function textOf(headers: readonly HeaderLine[]): string[] {
  return headers.map(({ name, value }) => `${name}: ${value}`);
}

const aliceLeg = 'alice-leg' as LegId;

/** An INVITE for bob from somebody at this machine. */
export function newRequestOf(parts: Partial<NewRequest> = {}): NewRequest {
  return {
    method: 'INVITE',
    requestUri: 'sip:bob@127.0.0.1',
    from: '<sip:somebody@client.example>;tag=s1',
    to: '<sip:bob@127.0.0.1>',
    source: { protocol: 'udp', address: '127.0.0.1', port: 5080 },
    receivedOn: '127.0.0.1:5060',
    callId: 'call-of-somebody',
    headers: [],
    ...parts,
  };
}
const ids = {
  connId: '00000000000000ff@acme:node1' as ConnId,
  callId: 7,
  callThreadId: 'abcdabcdabcdabcd' as CallThreadId,
};
const secondIds = {
  connId: '00000000000000fe@acme:node1' as ConnId,
  callId: 8,
  callThreadId: 'dcbadcbadcbadcba' as CallThreadId,
};

/**
 * A call as a story: alice calls bob (and carol, when bob fails). Parties do things; `heard()` tells as
 * sentences what Baton did since it was last asked, one line a message: `bob ← INVITE sdp`.
 */
export class Story {
  readonly env: Env;
  readonly alice = new Party(this, 'alice');
  readonly bob = new Party(this, 'bob');
  readonly carol = new Party(this, 'carol');
  /** To whom somebody is transferred. */
  readonly dave = new Party(this, 'dave');
  readonly events: CallEvent[] = [];
  readonly notes: Note[] = [];
  readonly effects: Effect[] = [];
  /** What became of the data, for calls that share it. */
  readonly shared: AuthoredChange[] = [];
  nowMs = 1_000_000;
  #call: Call | undefined;
  #source: NewRequest['source'];
  #told = 0;
  /** The other call, after it has been joined with this one. */
  joined: Decision | undefined;
  /** What has been told of that one then. */
  readonly joinedEvents: CallEvent[] = [];
  /** Where agents are: their DNs, on the hook and off it, and what was told of that. */
  ours: { readonly follower: CallFollower; readonly hooks: CallEvent[] } | undefined;
  movedLeg: LegId | undefined;
  #held: Call | undefined;
  readonly #ids: typeof ids;
  readonly #callerLeg: LegId;
  readonly #legs = new Map<LegId, string>();
  #requests = 0;

  constructor({ routing, env, source, second = false }: StoryOptions = {}) {
    this.#ids = second ? secondIds : ids;
    this.#callerLeg = second ? ('second-leg' as LegId) : aliceLeg;
    this.#legs.set(this.#callerLeg, 'alice');
    this.#source = { protocol: 'udp', address: '127.0.0.1', port: 5080, ...source };
    this.env = {
      node: 'node1',
      answerTimeoutMs: 60_000,
      maxTransfers: 10,
      packedLimitBytes: 16_000,
      keys: openKeyPolicy,
      notify: { maxBytes: 800, queueLimit: 100, timeoutMs: 10_000 },
      ...env,
      routing: compileRouting({
        trunks: [],
        routes: [{ targets: ['sip:bob@192.0.2.2', 'sip:carol@192.0.2.3'] }],
        trusted: [],
        anyTarget: 'loopback',
        tenant: 'acme',
        ...routing,
      }),
    };
    const { agents } = this.env;
    if (agents !== undefined)
      this.ours = {
        follower: new CallFollower({
          agents: onCalls(agents),
          isRegistered: () => false,
          tenantOf: () => 'acme',
        }),
        hooks: [],
      };
  }

  get call(): Call {
    if (this.#call === undefined) throw new Error('nobody has called yet');
    return this.#call;
  }

  invite(parts: Carried & Partial<Pick<NewRequest, 'requestUri' | 'from'>> = {}): this {
    const { headers: _headers, sdp: _sdp, body: _body, ...rest } = parts;
    const request: NewRequest = {
      method: 'INVITE',
      requestUri: 'sip:bob@127.0.0.1',
      from: '"Alice" <sip:alice@client.example>;tag=a1',
      to: '<sip:bob@127.0.0.1>',
      source: this.#source,
      receivedOn: '127.0.0.1:5060',
      callId: this.#ids === ids ? 'call-of-alice' : 'call-of-second',
      ...payloadOf(parts),
      ...rest,
    };
    const standing = whoIs(request.source.address, this.env.routing.sources);
    const call = newCall(this.#ids, this.#callerLeg, request, standing, this.nowMs);
    this.#call = this.#held === undefined ? call : asConsultation(call, this.#held);
    return this.feed({ type: 'invited', leg: this.#callerLeg, request });
  }

  /** The same by somebody who holds another call. */
  consults(held: Story, parts: Parameters<Story['invite']>[0]): this {
    this.#held = held.call;
    this.ours = held.ours;
    return this.invite(parts);
  }

  /** Somebody outside wants a call; why there is none, if there is none. */
  originate(wanted: Partial<OriginateRequest> = {}): OriginateRefusal | undefined {
    return this.#originate(wanted);
  }

  /** The same, by somebody who holds another call. */
  originates(held: Story, wanted: Partial<OriginateRequest>): void {
    this.#held = held.call;
    this.#originate(wanted);
  }

  #originate(wanted: Partial<OriginateRequest>): OriginateRefusal | undefined {
    const request = {
      from: 'sip:alice@192.0.2.1',
      to: 'sip:bob@192.0.2.2',
      entries: [],
      local: true,
      ...wanted,
    };
    const made = originatedCall(request, this.env.routing, () => this.#ids, this.nowMs);
    if ('code' in made) return made;
    this.#call = this.#held === undefined ? made.call : asConsultation(made.call, this.#held);
    this.feed(made.wanted);
    return undefined;
  }

  /** Alice calls with an offer, bob answers, alice acknowledges; nothing of it is in `heard` any more. */
  established(alice: Carried = {}, bob: Carried = {}): this {
    this.invite({ sdp: 'offer', ...alice });
    this.bob.answers({ sdp: 'answer', ...bob });
    this.alice.acknowledges();
    this.heard();
    return this;
  }

  /** Carol or dave calls to take the place of a party; `replaces` is the value of the header. */
  replaces(who: 'carol' | 'dave', replaces: string, carried: Carried = {}): this {
    const parsed = parseReplaces(replaces);
    if (parsed === undefined) throw new Error(`no Replaces: ${replaces}`);
    const leg = `${who}-leg` as LegId;
    this.#legs.set(leg, who);
    const from = `<sip:${who}@client.example>;tag=${who}-tag`;
    const payload = payloadOf(carried);
    const headers = [...lines([`From: ${from}`, 'To: <sip:bob@127.0.0.1>']), ...payload.headers];
    const request = newRequestOf({
      from,
      source: this.#source,
      callId: `call-of-${who}`,
      ...payload,
      headers,
    });
    const standing = whoIs(request.source.address, this.env.routing.sources);
    return this.feed({ type: 'replacing', leg, request, replaces: parsed, standing });
  }

  /** The changes of data that were told, without what else the parties were told. */
  get changes(): EventAttachedDataChanged[] {
    return this.events.filter(event => event.id === 'EventAttachedDataChanged');
  }

  /** What would be decided; nothing of it is done. */
  asks(signal: Parameters<typeof decide>[1]): Decision {
    return decide(this.call, signal, this.nowMs, this.env);
  }

  feed(signal: Parameters<typeof decide>[1]): this {
    return this.#take(decide(this.call, signal, this.nowMs, this.env));
  }

  /** A decision of which no signal is the cause. */
  decides(work: (turn: Turn) => void): this {
    const turn = new Turn(this.call, this.nowMs, this.env);
    work(turn);
    seekAgreement(turn);
    sendOwnOffers(turn);
    return this.#take(turn);
  }

  /** What another call's decision has made of this one. */
  becomes(decision: Decision): this {
    return this.#take(decision, decision.events);
  }

  /** `told`: with what our DNs are told besides. */
  #take(decision: Decision, told = this.#followed(decision.events)): this {
    this.events.push(...told);
    this.#call = decision.call;
    const { joined } = decision;
    if (joined !== undefined) {
      this.joined = joined.other;
      this.movedLeg = joined.transfer.target.id;
      this.joinedEvents.push(...this.#followed(joined.other.events));
      const { id, dn } = joined.transfer.target;
      this.#legs.set(id, dn);
    }
    this.effects.push(...decision.effects);
    this.notes.push(...decision.notes);
    this.shared.push(...decision.changes);
    for (const effect of decision.effects) {
      if (effect.do === 'invite') this.#legs.set(effect.leg, effect.to.replace(/^<sip:([^@>]*).*$/, '$1'));
    }
    return this;
  }

  #followed(events: readonly CallEvent[]): readonly CallEvent[] {
    const all = this.ours?.follower.follow(events) ?? events;
    checkEvents(all);
    this.ours?.hooks.push(...all.filter(({ id }) => id === 'EventOffHook' || id === 'EventOnHook'));
    return all;
  }

  fires(kind: TimerName['kind'], whose?: Party): this {
    const timer = (kind === 'linger' ? { kind } : { kind, leg: whose?.leg }) as TimerName;
    return this.feed({ type: 'timerFired', timer });
  }

  heard(): string[] {
    const fresh = this.effects.slice(this.#told).flatMap(effect => this.#sentence(effect));
    this.#told = this.effects.length;
    return fresh;
  }

  /** Notes of one kind, all that came. */
  noted<Kind extends Note['note']>(kind: Kind): Extract<Note, { note: Kind }>[] {
    return this.notes.filter((note): note is Extract<Note, { note: Kind }> => note.note === kind);
  }

  legOf(name: string): LegId {
    for (const [leg, party] of [...this.#legs].reverse()) if (party === name) return leg;
    throw new Error(`${name} has no leg`);
  }

  newRequestId(): RequestId {
    this.#requests += this.#ids === ids ? 1 : 1_000_000;
    return `in${String(this.#requests)}` as RequestId;
  }

  /** Timers that run, as `kind party`. */
  timers(): string[] {
    const running = new Set<string>();
    for (const effect of this.effects) {
      if (effect.do === 'startTimer') running.add(this.#timerText(effect.timer));
      if (effect.do === 'stopTimer') running.delete(this.#timerText(effect.timer));
    }
    return [...running];
  }

  #timerText(timer: TimerName): string {
    return timer.kind === 'linger' ? 'linger' : `${timer.kind} ${this.#legs.get(timer.leg) ?? '?'}`;
  }

  #sentence(effect: Effect): string[] {
    if (effect.do === 'startTimer' || effect.do === 'stopTimer') return [];
    if (effect.do === 'askDecision') return ['somebody is asked'];
    const { what, payload } = wordsFor(effect, this.#methodOf(effect));
    const body = payload?.body;
    const carries =
      body === undefined ? '' : ` ${body.contentType === 'application/sdp' ? body.content : shortType(body)}`;
    return [`${this.#legs.get(effect.leg) ?? '?'} ← ${what}${carries}`];
  }

  #methodOf(effect: Effect): string {
    return effect.do === 'respond' ? (methodsByRequest.get(`${effect.leg} ${effect.request}`) ?? '?') : '';
  }
}

const methodsByRequest = new Map<string, string>();

function shortType({ contentType }: Body): string {
  return contentType === 'application/vnd.baton.event+json' ? 'event' : contentType;
}

function wordsFor(effect: SignallingEffect, method: string): { what: string; payload?: Payload } {
  switch (effect.do) {
    case 'invite':
      return { what: 'INVITE', payload: effect.payload };
    case 'progress':
    case 'answer':
    case 'reject':
      return { what: String(effect.status), payload: effect.payload };
    case 'respond':
      return { what: `${String(effect.status)} to ${method}`, payload: effect.payload };
    case 'request':
      return { what: effect.method, payload: effect.payload };
    case 'acknowledge':
      return { what: effect.request === undefined ? 'ACK' : 'ACK to re-INVITE', payload: effect.payload };
    case 'cancel':
      return { what: 'CANCEL' };
    case 'withdraw':
      return { what: 'CANCEL of re-INVITE' };
    case 'hangUp':
      return { what: 'BYE' };
  }
}

/** Somebody on the phone. */
export class Party {
  readonly #story: Story;
  readonly name: string;

  constructor(story: Story, name: string) {
    this.#story = story;
    this.name = name;
  }

  get leg(): LegId {
    return this.#story.legOf(this.name);
  }

  rings(status = 180, carried: Carried = {}): void {
    const reason = status === 180 ? 'Ringing' : 'Session Progress';
    this.#feed({ type: 'progressed', leg: this.leg, status, reason, payload: payloadOf(carried) });
  }

  answers(carried: Carried = {}, status = 200): void {
    this.#feed({ type: 'answered', leg: this.leg, status, payload: payloadOf(carried) });
  }

  rejects(status: number, reason: string, carried: Carried = {}): void {
    this.#feed({ type: 'rejected', leg: this.leg, status, reason, payload: payloadOf(carried) });
  }

  acknowledges(carried: Carried = {}, request?: RequestId): void {
    const which = request === undefined ? {} : { request };
    this.#feed({ type: 'acknowledged', leg: this.leg, ...which, payload: payloadOf(carried) });
  }

  cancels(carried: Carried = {}): void {
    this.#feed({ type: 'cancelled', leg: this.leg, payload: payloadOf(carried) });
  }

  /** Takes a re-INVITE back. */
  withdraws(request: RequestId, carried: Carried = {}): void {
    this.#feed({ type: 'withdrawn', leg: this.leg, request, payload: payloadOf(carried) });
  }

  hangsUp(carried: Carried = {}): void {
    this.#feed({ type: 'hungUp', leg: this.leg, payload: payloadOf(carried) });
  }

  isLost(reason = 'no ACK'): void {
    this.#feed({ type: 'lost', leg: this.leg, reason });
  }

  /** A request within the dialog; its id, for the ACK to a re-INVITE. */
  sends(method: string, carried: Carried = {}): RequestId {
    const request = this.#story.newRequestId();
    methodsByRequest.set(`${this.leg} ${request}`, method);
    this.#feed({ type: 'requested', leg: this.leg, request, method, payload: payloadOf(carried) });
    return request;
  }

  /** A REFER that names a dialog of another call. */
  refers(carried: Carried, named: { readonly call: Call; readonly replaces: Replaces }): void {
    const { call, replaces } = named;
    const { earlyOnly } = replaces;
    const replaced = namedBy(replaces, call)?.id;
    if (replaced === undefined) throw new Error('a dialog of nobody');
    const joinable: Joinable = { call, replaced, earlyOnly };
    const request = this.#story.newRequestId();
    methodsByRequest.set(`${this.leg} ${request}`, 'REFER');
    const payload = payloadOf(carried);
    this.#story.feed({ type: 'requested', leg: this.leg, request, method: 'REFER', payload, joinable });
  }

  /** Answers the newest request of that method that Baton sent to this party. */
  replies(method: string, status: number, carried: Carried = {}, reason = ''): void {
    const { request } = this.got('request', method);
    const payload = payloadOf(carried);
    this.#feed({ type: 'responded', leg: this.leg, request, method, status, reason, payload });
  }

  /** The newest effect of that kind on this party's leg; of a request, the newest of that method. */
  got<Do extends Effect['do']>(what: Do, method?: string): Extract<Effect, { do: Do }> {
    const found = this.#story.effects.findLast(
      (effect): effect is Extract<Effect, { do: Do }> =>
        effect.do === what &&
        'leg' in effect &&
        effect.leg === this.leg &&
        (method === undefined || ('method' in effect && effect.method === method)),
    );
    if (found === undefined) throw new Error(`${this.name} got no ${what} ${method ?? ''}`);
    return found;
  }

  /** The header lines of the newest such effect as text, without those that Baton adds of its own. */
  gotHeaders(
    what: 'invite' | 'progress' | 'answer' | 'reject' | 'request' | 'respond' | 'acknowledge',
    method?: string,
  ): string[] {
    const own = new Set(['Allow', 'Supported']);
    return textOf(this.got(what, method).payload.headers.filter(({ name }) => !own.has(name)));
  }

  /** The events that reached this party by INFO, in order. */
  told(): EventAttachedDataChanged[] {
    return this.#story.effects.flatMap(effect => {
      if (effect.do !== 'request' || effect.leg !== this.leg) return [];
      const { body } = effect.payload;
      if (body?.contentType !== 'application/vnd.baton.event+json') return [];
      return [JSON.parse(body.content) as EventAttachedDataChanged];
    });
  }

  #feed(signal: CallSignal): void {
    this.#story.feed(signal);
  }
}

/** `{key: value}` of an event's or a call's pairs. */
export function pairs(
  userData: readonly { readonly key: string; readonly value: unknown }[],
): Record<string, unknown> {
  return Object.fromEntries(userData.map(({ key, value }) => [key, value]));
}
