import { AgentTable } from './agents/agent-table.ts';
import type { CallFollower } from './agents/call-follower.ts';
import { AgentDesk } from './b2bua/agent-desk.ts';
import { CallsOfDns } from './b2bua/calls-of-dns.ts';
import { CallWishes } from './b2bua/call-wishes.ts';
import { CallIndex } from './b2bua/call-index.ts';
import { type CallDetail, type CallView, detailOf, liveViewsOf } from './b2bua/call-view.ts';
import { FollowUp, type Told } from './b2bua/follow-up.ts';
import { followerOf } from './b2bua/followed-calls.ts';
import { FrontDoor } from './b2bua/front-door.ts';
import { HoldingParties } from './b2bua/holding.ts';
import { Inbox } from './b2bua/inbox.ts';
import { JointCalls } from './b2bua/joint-calls.ts';
import { newIdsOf } from './b2bua/new-ids.ts';
import { callFields, NoteBook } from './b2bua/note-book.ts';
import type { B2buaParts } from './b2bua/options.ts';
import { originate, type OriginateAnswer, type OriginateRequest } from './b2bua/origination.ts';
import { Performer } from './b2bua/performer.ts';
import { Replacements } from './b2bua/replacements.ts';
import { RecordedCalls } from './b2bua/recorded-calls.ts';
import { type RetainedCalls, retainedCallsOf } from './b2bua/retained-calls.ts';
import { Standstill, type StopMode } from './b2bua/standstill.ts';
import { Subscribers } from './b2bua/subscribers.ts';
import { wantedReleases } from './b2bua/wanted-releases.ts';
import { type Call, isOver } from './call/call.ts';
import { type CallSignal, decide } from './call/decide.ts';
import type { ConnId } from './call/ids.ts';
import { type CallIdentity, newCall } from './call/new-call.ts';
import type { NewRequest, Signal, SignalOf } from './call/signal.ts';
import type { Decision, Env } from './call/turn.ts';
import type { SignallingUser, StandaloneAnswer } from './ports.ts';
import { compileRouting } from './routing/route.ts';
import { type Standing, whoIs } from './routing/who-is.ts';

export type { AgentAnswer, AgentRequest } from './b2bua/agent-desk.ts';
export type { B2buaLog, B2buaMetrics, B2buaOptions, B2buaParts } from './b2bua/options.ts';
export type { ChangeAnswer, DataChangeRequest, ReleaseAnswer, ReleaseRequest } from './b2bua/requests.ts';

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
  readonly #follower: CallFollower;
  readonly #joint: JointCalls;
  readonly #performer: Performer;
  readonly #standstill: Standstill;
  readonly #retained: RetainedCalls;
  readonly #wishes: CallWishes;
  readonly #inbox: Inbox;
  readonly #followUp: FollowUp;
  readonly #subscribers: Subscribers | undefined;
  readonly #newIds: (standing: Standing) => CallIdentity;
  /** Agents, as somebody outside knows them. */
  readonly agents: AgentDesk;
  /** Calls, for who records them. */
  readonly recorded: RecordedCalls;

  constructor(parts: B2buaParts) {
    const { options } = parts;
    const routing = compileRouting(options);
    this.#parts = parts;
    this.#newIds = newIdsOf(parts);
    const agents = new AgentTable({ maxAgents: options.maxAgents ?? 10_000 });
    this.#follower = followerOf(options, routing, agents);
    this.#env = { ...options, routing, agents, screening: parts.screening?.rules };
    this.#door = new FrontDoor(parts, routing.sources);
    this.#notes = new NoteBook(parts.log, parts.metrics);
    this.#inbox = new Inbox(parts.log, () => this.#standstill.look());
    const step = (connId: ConnId, signal: CallSignal) => this.#step(connId, signal);
    const later = (connId: ConnId, signal: CallSignal) => this.#inbox.add(() => void step(connId, signal));
    this.#replacements = new Replacements({ door: this.#door, index: this.#index, store: parts.store, step });
    this.#joint = new JointCalls(parts.store);
    this.#performer = new Performer({
      ...parts,
      index: this.#index,
      later: (connId, signal) => {
        this.#inbox.add(() => {
          this.#step(connId, signal());
        });
      },
      heldData: connId => {
        const call = this.#callOf(connId);
        return call && this.#joint.heldData(call);
      },
    });
    this.#followUp = new FollowUp({
      ...parts,
      performer: this.#performer,
      notes: this.#notes,
      follower: this.#follower,
    });
    this.#standstill = new Standstill(parts);
    this.#wishes = new CallWishes({
      known: connId => this.#knownCall(connId),
      ask: (connId, signal) => this.#ask(connId, signal),
      closed: () => this.#door.closed,
      log: parts.log,
    });
    this.#retained = retainedCallsOf(parts);
    this.recorded = new RecordedCalls(later);
    this.#subscribers = this.#subscribersOf(agents);
    this.agents = new AgentDesk({
      ...parts,
      table: agents,
      server: `baton/${options.node}`,
      tell: events => this.tell(events),
      calls: new CallsOfDns({ store: parts.store, later }),
      messagesChanged: place => this.#inbox.add(() => this.#subscribers?.changed(place)),
    });
  }

  /** None where SUBSCRIBE is not served. */
  #subscribersOf(agents: AgentTable): Subscribers | undefined {
    const { messageWaiting } = this.#parts;
    if (messageWaiting === undefined) return undefined;
    return new Subscribers({
      ...this.#parts,
      ...messageWaiting,
      perform: effect => this.#performer.perform(effect),
      later: work => this.#inbox.add(work),
      messagesOf: ({ tenant, dn }) => agents.at(tenant, dn)?.messages,
    });
  }

  receiveSignal(signal: Signal): void {
    this.#inbox.add(() => {
      if (signal.type === 'invited') this.#begin(signal);
      else if (signal.type === 'subscribed') this.#subscribe(signal);
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

  /**
   * What is told of no call, in the journal when this returns; after what is being told: everybody hears things in the order in
   * which they became true.
   */
  tell(events: Told['events']): void {
    this.#followUp.tellOfNoCall(events);
  }

  /** What somebody outside wants of a call. */
  readonly changeData: CallWishes['changeData'] = request => this.#wishes.changeData(request);
  readonly release: CallWishes['release'] = request => this.#wishes.release(request);
  readonly transfer: CallWishes['transfer'] = request => this.#wishes.transfer(request);

  /** Somebody outside wants a call. It is there, and its first party is being called, when this returns. */
  originate(request: OriginateRequest): OriginateAnswer {
    const { clock, log } = this.#parts;
    return originate(request, {
      obstacle: this.#door.obstacleToOriginate(),
      routing: this.#env.routing,
      newIds: this.#newIds,
      nowMs: clock.nowMs(),
      log,
      begin: ({ call, wanted, first }) => {
        this.#open(this.#holding.asConsultation(call, this.#parts.store, first));
        return this.#ask(call.connId, wanted);
      },
    });
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
    if (this.#inbox.busy) return this.#step(connId, signal);
    let decision: Decision | undefined;
    this.#inbox.add(() => {
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
    this.#inbox.add(() => this.#subscribers?.stop());
    if (how.mode === 'bye') this.#releaseAll();
    await this.#standstill.reached(how);
    this.#retained.close();
  }

  #releaseAll(): void {
    for (const { connId } of [...this.#parts.store.list()]) {
      this.#inbox.add(() => {
        this.#step(connId, wantedReleases.shutdown);
      });
    }
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
    this.#parts.recorder?.callBegan(call, request);
    this.#index.addDialog(call.connId, request.callId);
    this.#step(call.connId, signal);
  }

  #subscribe(signal: SignalOf<'subscribed'>): void {
    const { leg, request } = signal;
    const refused = this.#door.refusalOfSubscribe(request);
    if (refused !== undefined)
      this.#performer.perform({ do: 'reject', leg, status: refused.status, payload: refused });
    else this.#subscribers?.begin(signal, whoIs(request.source.address, this.#env.routing.sources));
  }

  #open(call: Call): void {
    this.#index.open(call.connId, call.caller.id);
    this.#parts.store.put(call);
  }

  #continue(signal: Exclude<Signal, { type: 'invited' | 'subscribed' | 'timerFired' }>): void {
    const connId = this.#index.callOf(signal.leg);
    if (connId === undefined) {
      if (this.#subscribers?.receive(signal) !== true) this.#performer.answerUnknown(signal);
    } else if (signal.type === 'requested')
      this.#step(connId, this.#replacements.withJoinable(connId, signal));
    else this.#step(connId, signal);
  }

  /** Decide, store, act, tell. */
  #step(connId: ConnId, signal: CallSignal): Decision | undefined {
    const decision = this.#settle(connId, signal);
    if (decision !== undefined) this.#followUp.run();
    return decision;
  }

  /** Decides and stores, for the calls too that share the data: nobody acts, or hears, before all of them have it. */
  #settle(connId: ConnId, signal: CallSignal): Decision | undefined {
    const call = this.#callOf(connId);
    if (call === undefined) return undefined;
    this.#notes.signal(call, signal);
    const decision = this.#decide(call, signal);
    if (decision === undefined) return undefined;
    const { joined } = decision;
    if (joined !== undefined) this.#index.moveLeg(joined.transfer.target, connId);
    const told = this.#keep(call, decision);
    const ofOther = joined === undefined ? undefined : this.#keep(joined.before, joined.other);
    this.#followUp.writeJournal(told, ofOther);
    for (const { author, after } of decision.changes) {
      for (const other of this.#joint.othersOf(decision.call))
        this.#settle(other, { type: 'sharedDataChanged', by: author.dn, data: after });
    }
    return decision;
  }

  /** Gives what will be told. */
  #keep(before: Call, decision: Decision): Told {
    const { call } = decision;
    this.#index.learnDialogs(before, call);
    this.#holding.learn(before, call);
    const told = this.#followUp.add(decision);
    if (!isOver(call)) this.#parts.store.put(call);
    else {
      this.#parts.store.remove(call.connId);
      this.#retained.keep(call);
    }
    this.#joint.learn(before, call);
    return told;
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
    this.#performer.endByForce(call);
    this.#parts.recorder?.callGone(call.connId);
    this.#parts.store.remove(call.connId);
    this.#joint.drop(call);
    this.#follower.forget(call.connId);
    this.#notes.endedByForce(call);
  }
}
