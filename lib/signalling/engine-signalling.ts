import { randomUUID } from 'node:crypto';
import type { LegId, RequestId, Signal, SignallingEffect } from '../call/signal.ts';
import { afterRealTime } from '../engine/control/after.ts';
import type { Clock, ProbeTarget, Signalling, SignallingUser } from '../ports.ts';
import { Incoming } from './incoming.ts';
import type { Leg } from './leg.ts';
import { type Desk, LegTable, noHeaders } from './leg-table.ts';
import { Outgoing } from './outgoing.ts';
import { sendProbe } from './probe.ts';
import { Server } from './server.ts';
import type { EngineWay } from './ways.ts';
import type { SignallingLog } from './wire.ts';

export interface EngineSignallingOptions {
  /** At least one. */
  readonly ways: readonly EngineWay[];
  readonly log: SignallingLog;
  readonly clock?: Pick<Clock, 'after'>;
  /**
   * How long legs are kept while the way to their engine is down. Not longer than the engine keeps the dialogs of an
   * application that went away. Default 30,000.
   */
  readonly graceMs?: number;
}

/** What the adapter counts. Plain numbers, added in place. */
export class SignallingCounters {
  /** Header lines not sent: CR, LF or NUL in them, no token as name, or the engine's own. */
  headersRefused = 0;
  /** Orders the engine did not carry out. */
  ordersFailed = 0;
  /** Legs lost with their engine. */
  legsLost = 0;
  disconnections = 0;
}

/** Asks our engine for bodies that are no text as they are; a real drachtio-server does not care. */
const octetsTag = 'octets';

/** What our engine says in its version besides the number; a real drachtio-server gives no dialog back. */
const engineVersionMark = 'baton';

/** The Signalling port over one or more SIP engines. */
export class EngineSignalling implements Signalling {
  readonly counters = new SignallingCounters();
  /** By it an engine knows this process again (control protocol §6). */
  readonly instanceTag = `instance:${randomUUID()}`;
  readonly #servers: readonly Server[];
  readonly #log: SignallingLog;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #graceMs: number;
  readonly #legs = new LegTable();
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;
  readonly #prefix = randomUUID().slice(0, 8);
  #count = 0;
  /** Without outcome. Nobody who stops waits for them. */
  #probes = 0;
  #next = 0;
  #user: SignallingUser | undefined;
  #up = false;
  #stopping = false;
  #started: { done: () => void; failed: (error: Error) => void } | undefined;

  constructor(options: EngineSignallingOptions) {
    this.#log = options.log;
    this.#clock = options.clock ?? { after: afterRealTime };
    this.#graceMs = options.graceMs ?? 30_000;
    const desk = this.#desk();
    this.#outgoing = new Outgoing(desk);
    this.#incoming = new Incoming({
      desk,
      outgoing: this.#outgoing,
      receiveStandalone: request => this.#user?.receiveStandalone(request) ?? 'ignore',
    });
    this.#servers = options.ways.map(way => this.#serverOf(way));
  }

  get listening(): readonly string[] {
    return this.#servers.flatMap(server => server.hostports);
  }

  get up(): boolean {
    return this.#up;
  }

  /** What is kept for calls: legs that are not over, operations without outcome, entries of drachtio-srf. All 0 without calls and probes. */
  get openCounts(): { readonly legs: number; readonly operations: number; readonly libraryEntries: number } {
    let operations = 0;
    let libraryEntries = 0;
    for (const { connection } of this.#servers) {
      operations += connection.outstandingCount;
      libraryEntries += connection.libraryCount;
    }
    return { legs: this.#legs.size, operations: operations - this.#probes, libraryEntries };
  }

  /** Settles when the first engine is there; refused when one does not accept our secret. */
  async start(user: SignallingUser): Promise<void> {
    this.#user = user;
    await new Promise<void>((done, failed) => {
      this.#started = { done, failed };
      for (const server of this.#servers) server.connection.connect();
    });
  }

  perform(effect: SignallingEffect): void {
    try {
      this.#perform(effect);
    } catch (error) {
      this.#log.error(
        { err: error, leg: effect.leg, effect: effect.do },
        'an effect could not be carried out',
      );
    }
  }

  probe(target: ProbeTarget, answered: (status: number | undefined) => void): void {
    this.#probes += 1;
    sendProbe(this.#chooseServer(), target, status => {
      this.#probes -= 1;
      answered(status);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#settleStart(new Error('stopped before the SIP engine was reached'));
    for (const server of this.#servers) server.stopWaiting?.();
    await Promise.all(this.#servers.map(async server => server.connection.close()));
  }

  #perform(effect: SignallingEffect): void {
    if (effect.do === 'invite') {
      this.#outgoing.invite(effect, this.#chooseServer());
      return;
    }
    const leg = this.#legs.get(effect.leg);
    if (leg === undefined) return;
    switch (effect.do) {
      case 'progress':
        this.#outgoing.progress(leg, effect);
        break;
      case 'answer':
        this.#outgoing.answer(leg, effect);
        break;
      case 'reject':
        this.#outgoing.reject(leg, effect);
        break;
      case 'cancel':
        this.#outgoing.cancel(leg, effect.headers);
        break;
      case 'acknowledge':
        this.#outgoing.acknowledge(leg, effect.request, effect.payload);
        break;
      case 'request':
        this.#outgoing.midCall.request(leg, effect);
        break;
      case 'withdraw':
        this.#outgoing.midCall.withdraw(leg, effect);
        break;
      case 'respond':
        this.#outgoing.respond(leg, effect);
        break;
      case 'hangUp':
        this.#outgoing.hangUp(leg, effect.headers);
        break;
      default:
        effect satisfies never;
    }
  }

  /** Round robin over the engines that are there. */
  #chooseServer(): Server | undefined {
    for (let tried = 0; tried < this.#servers.length; tried += 1) {
      const server = this.#servers[this.#next % this.#servers.length];
      this.#next += 1;
      if (server?.connection.up === true) return server;
    }
    return undefined;
  }

  #serverOf(way: EngineWay): Server {
    const server = new Server(way.name, way.keepsDialogs);
    server.connection = way.open({
      tags: [this.instanceTag, octetsTag],
      log: this.#log,
      clock: this.#clock,
      user: {
        receiveRequest: (request, during) => this.#incoming.receiveRequest(server, request, during),
        receiveCancel: (invite, cancel) => this.#incoming.receiveCancel(server, invite, cancel),
        connected: ({ hostports, version }) => this.#onConnected(server, hostports, version),
        disconnected: () => this.#onDisconnected(server),
        refused: () => this.#onRefused(server),
      },
    });
    return server;
  }

  #onConnected(server: Server, hostports: string, version: string): void {
    server.hostports = hostports.split(',').filter(hostport => hostport !== '');
    this.#log.info(
      { server: server.name, version, listening: server.hostports },
      'connected to the SIP engine',
    );
    server.stopWaiting?.();
    server.stopWaiting = undefined;
    const keepsDialogs = server.keepsDialogs ?? version.includes(engineVersionMark);
    if (server.wasUp) this.#onReturned(server, keepsDialogs);
    server.wasUp = true;
    this.#updateUp();
    this.#settleStart();
  }

  /** The engine is back. One that keeps dialogs has kept them all or, started anew, forgot them all. */
  #onReturned(server: Server, keepsDialogs: boolean): void {
    if (!keepsDialogs) {
      for (const leg of [...server.legs]) this.#giveUp(leg);
      return;
    }
    for (const leg of [...server.legs]) this.#outgoing.resume(leg);
    this.#verifyOne(server);
  }

  /** Asks about one leg after the other until the engine knows one: it is all or none, and none costs nothing on the wire. */
  #verifyOne(server: Server): void {
    const leg = firstUp(server.legs);
    if (leg === undefined) return;
    this.#outgoing.verify(leg, known => {
      if (known) return;
      this.#lose(leg, 'the SIP engine does not know the dialog any more');
      this.#verifyOne(server);
    });
  }

  /** A drachtio-server refuses all further requests of the peer (control protocol §6), so the leg is ended on both sides. */
  #giveUp(leg: Leg): void {
    // A subscriber can still be told; it is its next SUBSCRIBE that gets 481, and it subscribes anew (RFC 6665 §4.1.2.2).
    if (leg.usage === 'subscription') return;
    // Nor will the ACK reach us: nothing is waited for.
    for (const pending of [...leg.pending]) if (pending.kind === 'ackDue') leg.drop(pending);
    if (leg.state !== 'up') {
      this.#outgoing.resume(leg);
      return;
    }
    this.counters.legsLost += 1;
    this.#outgoing.hangUp(leg, noHeaders);
    this.#tell({ type: 'lost', leg: leg.id, reason: 'connection to the SIP engine lost' });
  }

  #lose(leg: Leg, reason: string): void {
    this.counters.legsLost += 1;
    this.#outgoing.lose(leg, reason);
  }

  /** What was outstanding has failed already. Dialogs wait; an INVITE that is not answered is gone with the engine's 503. */
  #onDisconnected(server: Server): void {
    if (this.#stopping) {
      this.#up = false;
      return;
    }
    this.counters.disconnections += 1;
    this.#log.warn({ server: server.name, legs: server.legs.size }, 'connection to the SIP engine lost');
    for (const leg of [...server.legs]) {
      if (leg.state !== 'invited') continue;
      this.#legs.end(leg);
      this.#tell({ type: 'cancelled', leg: leg.id, payload: { headers: noHeaders } });
    }
    this.#updateUp();
    server.stopWaiting = this.#clock.after(this.#graceMs, () => {
      for (const leg of [...server.legs]) this.#lose(leg, 'the SIP engine did not come back');
    });
  }

  #onRefused(server: Server): void {
    this.#log.error({ server: server.name }, 'the SIP engine does not accept the secret');
    if (!server.wasUp) this.#settleStart(new Error(`${server.name} does not accept the secret`));
  }

  #updateUp(): void {
    const up = this.#servers.some(server => server.connection.up);
    if (up === this.#up) return;
    this.#up = up;
    this.#user?.signallingChanged(up);
  }

  #settleStart(error?: Error): void {
    const started = this.#started;
    this.#started = undefined;
    if (error === undefined) started?.done();
    else started?.failed(error);
  }

  #tell(signal: Signal): void {
    this.#user?.receiveSignal(signal);
  }

  #desk(): Desk {
    return {
      legs: this.#legs,
      tell: signal => this.#tell(signal),
      tellLater: signal => queueMicrotask(() => this.#tell(signal)),
      newLegId: () => `${this.#prefix}-leg-${(this.#count += 1)}` as LegId,
      newRequestId: () => `${this.#prefix}-request-${(this.#count += 1)}` as RequestId,
      noteRefused: (leg, names) => {
        this.counters.headersRefused += names.length;
        if (names.length > 0)
          this.#log.warn({ leg: leg?.id, names }, 'header lines that cannot be sent were left out');
      },
      noteFailure: (leg, reason) => {
        this.counters.ordersFailed += 1;
        this.#log.info({ leg: leg.id, reason }, 'the SIP engine did not carry out a request');
      },
    };
  }
}

/** Of those in calls: a phone may answer OPTIONS within a subscription with 481, which would end it. */
function firstUp(legs: Iterable<Leg>): Leg | undefined {
  for (const leg of legs) if (leg.state === 'up' && leg.usage === 'call') return leg;
  return undefined;
}
