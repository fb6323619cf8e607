import { channel } from 'node:diagnostics_channel';
import { CallWishes } from './b2bua/call-wishes.ts';
import { CallIndex } from './b2bua/call-index.ts';
import { type CallDetail, type CallView, detailOf, liveViewsOf } from './b2bua/call-view.ts';
import { FrontDoor } from './b2bua/front-door.ts';
import { HoldingParties } from './b2bua/holding.ts';
import { newIdsOf } from './b2bua/new-ids.ts';
import { callFields, NoteBook } from './b2bua/note-book.ts';
import type { B2buaParts } from './b2bua/options.ts';
import { type OriginateAnswer, originatedCall, type OriginateRequest } from './b2bua/origination.ts';
import { Replacements } from './b2bua/replacements.ts';
import { RetainedCalls } from './b2bua/retained-calls.ts';
import { Standstill, type StopMode } from './b2bua/standstill.ts';
import { wantedReleases } from './b2bua/wanted-releases.ts';
import { type Call, type CallIdentity, isOver, newCall } from './call/call.ts';
import { sipReason } from './call/relay/capabilities.ts';
import { type CallSignal, decide } from './call/decide.ts';
import type { ConnId } from './call/ids.ts';
import { emptyPayload } from './call/relay/relay.ts';
import type { LegId, NewRequest, Signal, SignalOf, SignallingEffect, TimerName } from './call/signal.ts';
import type { Decision, Env } from './call/turn.ts';
import { encodeEvent } from './events/encode.ts';
import type { IncomingCall } from './events/incoming-call.ts';
import type { SignallingUser, StandaloneAnswer } from './ports.ts';
import { compileRouting } from './routing/route.ts';
import { type Standing, whoIs } from './routing/who-is.ts';

export type { B2buaLog, B2buaMetrics, B2buaOptions, B2buaParts } from './b2bua/options.ts';
export type { ChangeAnswer, DataChangeRequest, ReleaseAnswer, ReleaseRequest } from './b2bua/requests.ts';

/** For who looks on from within the process (docs/events.md): every event as JSON. */
const onlookers = channel('baton:event');

/**
 * The one funnel: everything that reaches a call passes `#step`. For each signal: find the call, decide,
 * store, act, tell, in this order; so subscribers hear last and can neither delay nor break a call. What is to be told is in the
 * journal before anything is done: nothing on the wire is ever ahead of it.
 */
export class B2bua implements SignallingUser {
  readonly #parts: B2buaParts;
  readonly #env: Env;
  readonly #door: FrontDoor;
  readonly #notes: NoteBook;
  readonly #index = new CallIndex();
  readonly #replacements: Replacements;
  readonly #holding = new HoldingParties();
  readonly #standstill: Standstill;
  readonly #retained: RetainedCalls;
  readonly #wishes: CallWishes;
  /** Signals that came while one was being handled: an effect may bring the next at once. */
  readonly #inbox: (() => void)[] = [];
  #busy = false;
  /** Stored, and not yet acted upon and told, in the order in which they were decided. */
  readonly #decided: Decision[] = [];
  #following = false;
  readonly #newIds: (standing: Standing) => CallIdentity;

  constructor(parts: B2buaParts) {
    const { options } = parts;
    const routing = compileRouting(options);
    this.#parts = parts;
    this.#newIds = newIdsOf(parts);
    this.#env = { ...options, routing, screening: parts.screening?.rules };
    this.#door = new FrontDoor(parts, routing.sources);
    this.#notes = new NoteBook(parts.log, parts.metrics);
    const step = (connId: ConnId, signal: CallSignal) => this.#step(connId, signal);
    this.#replacements = new Replacements({ door: this.#door, index: this.#index, store: parts.store, step });
    this.#standstill = new Standstill(parts);
    this.#wishes = new CallWishes({
      known: connId => this.#knownCall(connId),
      ask: (connId, signal) => this.#ask(connId, signal),
      closed: () => this.#door.closed,
      log: parts.log,
    });
    this.#retained = new RetainedCalls({
      retainMs: options.retainAfterReleaseMs ?? 0,
      maxCalls: options.maxRetainedCalls ?? 10_000,
      clock: parts.clock,
      onCount: count => parts.metrics.callsRetained(count),
      onPushedOut: () => parts.metrics.retainedCallPushedOut(),
    });
  }

  receiveSignal(signal: Signal): void {
    this.#enqueue(() => {
      if (signal.type === 'invited') this.#begin(signal);
      else if (signal.type !== 'timerFired') this.#continue(signal);
    });
  }

  receiveStandalone(request: NewRequest): StandaloneAnswer {
    return this.#door.answer(request);
  }

  /**
   * Legs wait for their engine to come back, and the shell tells which are lost: nothing is to be done here.
   */
  signallingChanged(up: boolean): void {
    this.#parts.log.info({ up }, up ? 'signalling is up' : 'signalling is down');
  }

  /** The live calls, as `GET /v1/calls` shows them. */
  callsView(): CallView[] {
    return liveViewsOf(this.#parts.store.list());
  }

  /** One call with its data, live or retained after its release; undefined when there is none of that ConnID. */
  callDetail(connId: string): CallDetail | undefined {
    const call = this.#knownCall(connId);
    return call === undefined ? undefined : detailOf(call);
  }

  /** What somebody outside wants of a call. */
  readonly changeData: CallWishes['changeData'] = request => this.#wishes.changeData(request);
  readonly release: CallWishes['release'] = request => this.#wishes.release(request);
  readonly transfer: CallWishes['transfer'] = request => this.#wishes.transfer(request);

  /** Somebody outside wants a call. It is there, and its first party is being called, when this returns. */
  originate(request: OriginateRequest): OriginateAnswer {
    const obstacle = this.#door.obstacleToOriginate();
    if (obstacle !== undefined) return { ok: false, code: obstacle };
    const made = originatedCall(request, this.#env.routing, this.#newIds, this.#parts.clock.nowMs());
    if ('code' in made) return made;
    const { call, wanted } = made;
    this.#parts.log.info({ connId: call.connId, thirdPartyDn: wanted.thirdPartyDn }, 'call requested');
    this.#open(call);
    const decision = this.#ask(call.connId, wanted);
    if (decision === undefined) return { ok: false, code: 'internal' };
    if (decision.refusal !== undefined) return { ok: false, ...decision.refusal };
    return { ok: true, call: detailOf(decision.call) };
  }

  #knownCall(connId: string): Call | undefined {
    const call = this.#callOf(connId as ConnId);
    return call?.state !== 'released' || this.#retained.mayBeAsked(call) ? call : undefined;
  }

  #callOf(connId: ConnId): Call | undefined {
    return this.#parts.store.get(connId) ?? this.#retained.get(connId);
  }

  /** A step with an answer. What it leads to follows at once, or when what is being done is done. */
  #ask(connId: ConnId, signal: CallSignal): Decision | undefined {
    if (this.#busy) return this.#step(connId, signal);
    let decision: Decision | undefined;
    this.#enqueue(() => {
      decision = this.#step(connId, signal);
    });
    return decision;
  }

  /**
   * Takes no more calls. `bye`: ends all; `keep`: leaves both parties of answered calls to each other and
   * waits for those being set up. Settles when nothing is under way any more, or after `withinMs`.
   */
  async stop(how: { readonly mode: StopMode; readonly withinMs: number }): Promise<void> {
    this.#door.closed = true;
    if (how.mode === 'bye') this.#releaseAll();
    await this.#standstill.reached(how);
    this.#retained.close();
  }

  #releaseAll(): void {
    for (const { connId } of [...this.#parts.store.list()]) {
      this.#enqueue(() => {
        this.#step(connId, wantedReleases.shutdown);
      });
    }
  }

  /** One at a time, in order, and nothing gets out. */
  #enqueue(work: () => void): void {
    this.#inbox.push(work);
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      try {
        next();
      } catch (error) {
        this.#parts.log.error({ err: error }, 'a signal could not be handled');
      }
    }
    this.#busy = false;
    this.#standstill.look();
  }

  #begin(signal: SignalOf<'invited'>): void {
    const { request, leg } = signal;
    const standing = whoIs(request.source.address, this.#env.routing.sources);
    if (!this.#door.admits(signal, standing)) return;
    if (this.#replacements.take(signal, standing)) return;
    const { clock, store } = this.#parts;
    const fresh = newCall(this.#newIds(standing), leg, request, standing, clock.nowMs());
    const call = this.#holding.asConsultation(fresh, store);
    this.#open(call);
    this.#index.addDialog(call.connId, request.callId);
    this.#step(call.connId, signal);
  }

  #open(call: Call): void {
    this.#index.open(call.connId, call.caller.id);
    this.#parts.store.put(call);
  }

  #continue(signal: Exclude<Signal, { type: 'invited' | 'timerFired' }>): void {
    const connId = this.#index.callOf(signal.leg);
    if (connId === undefined) this.#answerUnknown(signal);
    else if (signal.type === 'requested') this.#step(connId, this.#replacements.withJoinable(connId, signal));
    else this.#step(connId, signal);
  }

  /** Nobody knows the leg any more: the peer must not be left waiting. */
  #answerUnknown(signal: Exclude<Signal, { type: 'invited' | 'timerFired' }>): void {
    const { leg } = signal;
    if (signal.type === 'requested') {
      this.#perform({ do: 'respond', leg, request: signal.request, status: 481, payload: emptyPayload });
    } else if (signal.type === 'answered') {
      this.#perform({ do: 'acknowledge', leg, payload: emptyPayload });
      this.#perform({ do: 'hangUp', leg, headers: [] });
    }
  }

  /** Decide, store, act, tell. */
  #step(connId: ConnId, signal: CallSignal): Decision | undefined {
    const { log } = this.#parts;
    const call = this.#callOf(connId);
    if (call === undefined) return undefined;
    if (log.isLevelEnabled('debug')) this.#logSignal(call, signal);
    const decision = this.#decide(call, signal);
    if (decision === undefined) return undefined;
    const { joined } = decision;
    if (joined !== undefined) this.#index.moveLeg(joined.transfer.target, connId);
    this.#keep(call, decision);
    if (joined !== undefined) this.#keep(joined.before, joined.other);
    this.#writeJournal(decision, joined?.other);
    if (!this.#following) this.#follow();
    return decision;
  }

  #keep(before: Call, decision: Decision): void {
    const { call } = decision;
    this.#index.learnDialogs(before, call);
    this.#holding.learn(before, call);
    this.#decided.push(decision);
    if (!isOver(call)) this.#parts.store.put(call);
    else {
      this.#parts.store.remove(call.connId);
      this.#retained.keep(call);
    }
  }

  #writeJournal({ events }: Decision, joined: Decision | undefined): void {
    const all = joined === undefined ? events : [...events, ...joined.events];
    if (all.length > 0) this.#parts.journal?.keep(all);
  }

  /** Acts and tells, one decision after the other, those included that are made meanwhile. */
  #follow(): void {
    this.#following = true;
    for (let next = this.#decided.shift(); next !== undefined; next = this.#decided.shift()) {
      try {
        this.#act(next);
        this.#tell(next);
      } catch (error) {
        this.#parts.log.error({ err: error }, 'a decision could not be carried out');
      }
    }
    this.#following = false;
  }

  /** A defect in a decision costs that call only: it is released, with 500 for a caller who still waits. */
  #decide(call: Call, signal: CallSignal): Decision | undefined {
    const nowMs = this.#parts.clock.nowMs();
    try {
      return decide(call, signal, nowMs, this.#env);
    } catch (error) {
      this.#parts.log.error(
        { ...callFields(call, call.caller.id), err: error },
        'no decision: the call is released',
      );
    }
    // It has been released before: what was asked is not done, and that is all.
    if (call.state === 'released' && isOver(call)) return undefined;
    try {
      return decide(call, wantedReleases.defect, nowMs, this.#env);
    } catch {
      this.#endByForce(call);
      return undefined;
    }
  }

  #endByForce(call: Call): void {
    const headers = [sipReason(500, 'internal error')];
    this.#perform({ do: 'reject', leg: call.caller.id, status: 500, payload: { headers } });
    for (const leg of this.#index.legsOf(call.connId)) this.#perform({ do: 'hangUp', leg, headers });
    this.#parts.store.remove(call.connId);
    this.#index.close(call.connId);
    const { verdict, status: sipStatus } = wantedReleases.defect;
    const hasStarted = call.callee !== undefined || call.state === 'screening';
    if (!hasStarted) this.#parts.metrics.callRefused({ ...verdict, sipStatus });
    else this.#parts.metrics.callEnded({ ...verdict, sipStatus });
  }

  #act({ call, effects }: Decision): void {
    for (const effect of effects) {
      if (effect.do === 'startTimer') this.#startTimer(call.connId, effect.timer, effect.delayMs);
      else if (effect.do === 'askDecision') this.#askDecision(call.connId, effect.incoming);
      else if (effect.do === 'stopTimer') this.#index.stopTimer(call.connId, effect.timer);
      else {
        if (effect.do === 'invite') this.#index.addLeg(call.connId, effect.leg);
        this.#perform(effect, call);
      }
    }
    if (isOver(call)) this.#index.close(call.connId);
  }

  #perform(effect: SignallingEffect, call?: Call): void {
    const { log, signalling } = this.#parts;
    if (log.isLevelEnabled('debug')) {
      const fields = call === undefined ? { leg: effect.leg } : callFields(call, effect.leg);
      log.debug({ ...fields, effect }, 'effect');
    }
    signalling.perform(effect);
  }

  #startTimer(connId: ConnId, timer: TimerName, delayMs: number): void {
    const cancel = this.#parts.clock.after(delayMs, () => {
      const owner = this.#index.forgetTimer(connId, timer);
      this.#enqueue(() => {
        this.#step(owner, { type: 'timerFired', timer });
      });
    });
    this.#index.keepTimer(connId, timer, cancel);
  }

  #askDecision(connId: ConnId, incoming: IncomingCall): void {
    const withdraw = this.#parts.screening?.ask(incoming, verdict => {
      this.#index.keepQuestion(connId, undefined);
      this.#enqueue(() => {
        this.#step(connId, { type: 'decided', verdict });
      });
    });
    this.#index.keepQuestion(connId, withdraw);
  }

  #tell({ call, notes, events }: Decision): void {
    this.#notes.record(call, notes);
    for (const event of events) {
      this.#parts.publisher.publish(event);
      if (onlookers.hasSubscribers) onlookers.publish(encodeEvent(event));
    }
  }

  #logSignal(call: Call, signal: CallSignal): void {
    const leg: LegId = 'leg' in signal ? signal.leg : call.caller.id;
    // Another call is no part of it.
    const said = 'joinable' in signal ? { ...signal, joinable: undefined } : signal;
    this.#parts.log.debug({ ...callFields(call, leg), signal: said }, 'signal');
  }
}
