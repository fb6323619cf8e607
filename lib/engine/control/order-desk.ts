import { randomUUID } from 'node:crypto';
import type { EngineCounters } from '../counters.ts';
import type { ByteString } from '../message/bytes.ts';
import type { After } from './after.ts';
import type { Application } from './application.ts';
import type { ClientConnection, ConnectionUser } from './connection.ts';
import type { EngineLog } from '../log.ts';
import type { Order } from './order.ts';
import type { Applications, Owner, SendReply, SipCore } from './owner.ts';
import { sendReplyPayload, statusPayload } from './reply.ts';
import { Roster } from './roster.ts';
import { Rota } from './rota.ts';
import { Secret } from './secret.ts';

export interface OrderDeskOptions {
  readonly secret: string;
  readonly graceMs: number;
  readonly after: After;
  readonly counters: EngineCounters;
  readonly log: EngineLog;
}

/**
 * drachtio-srf sends pings from v0.8.2 on; this is the release whose behaviour the engine follows (§2.3). The mark tells
 * an application that dialogs are given back to it when it returns.
 */
const version = 'v0.9.10-baton';
/** Real methods are 14. */
const maxRoutes = 64;
const serverError = 'Server error: the request could not be handled';

type SipOrder = Extract<Order, { verb: 'sip' }>;
type AuthenticateOrder = Extract<Order, { verb: 'authenticate' }>;

/** Where the orders of all clients are carried out (control protocol §2.3, §3): exactly one reply each. */
export class OrderDesk implements Applications, ConnectionUser {
  readonly roster: Roster;
  core: SipCore | undefined;
  readonly #options: OrderDeskOptions;
  readonly #secret: Secret;
  readonly #rota = new Rota<ClientConnection>();

  /** Throws a RangeError when the secret cannot be sent by any client. */
  constructor(options: OrderDeskOptions) {
    this.#options = options;
    this.#secret = new Secret(options.secret);
    this.roster = new Roster({
      graceMs: options.graceMs,
      after: options.after,
      log: options.log,
      onLost: application => {
        this.#tellLost(application);
      },
      onExpired: application => {
        this.#tellExpired(application);
      },
    });
  }

  choose(method: string): Owner | undefined {
    const connection = this.#rota.take(method.toLowerCase());
    return connection === undefined ? undefined : this.roster.applicationOf(connection);
  }

  serves(method: string): boolean {
    return this.#rota.has(method.toLowerCase());
  }

  receiveOrder(connection: ClientConnection, order: Order): void {
    switch (order.verb) {
      case 'sip':
        this.#send(connection, order);
        return;
      case 'authenticate':
        this.#authenticate(connection, order);
        return;
      case 'route':
        this.#register(connection, order.id, order.method);
        return;
      case 'remove_route':
        connection.routes.delete(order.method);
        this.#rota.remove(order.method, connection);
        connection.reply(order.id, 'OK');
        return;
      case 'ping':
        connection.reply(order.id, 'OK', ['pong']);
        return;
      case 'proxy':
        connection.reply(order.id, 'NOK', ['proxy is not supported by this engine yet']);
        return;
      case 'invalid':
        connection.reply(order.id, 'NOK', [order.reason]);
        return;
      case 'unknown':
        // As the real server: such a client speaks another protocol.
        connection.reply(order.id, 'NO', ['Unknown message type']);
        connection.close('an unknown verb');
        return;
      case 'unreadable':
        connection.close('an unreadable frame');
    }
  }

  connectionClosed(connection: ClientConnection): void {
    for (const method of connection.routes) this.#rota.remove(method, connection);
    this.roster.leave(connection);
  }

  #authenticate(connection: ClientConnection, order: AuthenticateOrder): void {
    if (this.roster.applicationOf(connection) !== undefined) {
      connection.reply(order.id, 'NOK', ['already authenticated']);
      return;
    }
    const reason = this.#objection(order);
    if (reason === undefined) {
      this.#welcome(connection, order.id, order.tags ?? []);
      return;
    }
    this.#options.counters.authenticationFailures += 1;
    this.#options.log.warn({ client: connection.name, reason }, 'control client refused');
    connection.reply(order.id, 'NO', [reason]);
    connection.close(reason);
  }

  /** Why the client is not let in. The secret comes first: a stranger learns nothing else. */
  #objection(order: AuthenticateOrder): string | undefined {
    if (!this.#secret.matches(order.secret)) return 'incorrect secret';
    return order.tags === undefined ? 'invalid tags' : undefined;
  }

  #welcome(connection: ClientConnection, requestId: string, tags: readonly string[]): void {
    const core = this.core;
    if (core === undefined) return;
    connection.admit();
    const { application, returned } = this.roster.arrive(connection, tags);
    connection.reply(requestId, 'OK', [core.advertisedHostports, version, core.localHostports]);
    this.#options.log.info(
      { client: connection.name, application: application.name, returned },
      'application here',
    );
    // After the reply: a client drops events that come before it knows that it is authenticated.
    if (returned) {
      this.#guard('ownerReturned', () => {
        core.ownerReturned(application);
      });
    }
  }

  #register(connection: ClientConnection, requestId: string, method: string): void {
    if (connection.routes.size >= maxRoutes && !connection.routes.has(method)) {
      connection.reply(requestId, 'NOK', ['too many routes']);
      return;
    }
    connection.routes.add(method);
    // `cdr:…` is accepted so that such clients run; this engine emits none.
    if (!method.startsWith('cdr:')) this.#rota.add(method, connection);
    connection.reply(requestId, 'OK');
  }

  // §5: exactly one reply per frame, whatever happens: a client whose request is never answered waits for ever.
  #send(connection: ClientConnection, { id, order }: SipOrder): void {
    const owner = this.roster.applicationOf(connection);
    if (owner === undefined || this.core === undefined) return;
    let replied = false;
    const reply = (answer: SendReply): void => {
      if (replied) {
        this.#options.log.error({ client: connection.name, id }, 'a second reply to one order, dropped');
        return;
      }
      replied = true;
      this.#reply(connection, id, answer);
    };
    try {
      this.core.send(owner, order, reply);
    } catch (error) {
      this.#reportFailure(connection, id, error);
      // Dropped when the core had replied before it failed.
      reply({ ok: false, reason: serverError });
    }
  }

  #reply(connection: ClientConnection, id: string, answer: SendReply): void {
    if (!answer.ok) this.#options.counters.framesRefused += 1;
    let payload: ByteString;
    try {
      payload = sendReplyPayload(randomUUID(), id, answer);
    } catch (error) {
      this.#reportFailure(connection, id, error);
      payload = statusPayload(randomUUID(), id, 'NOK', [serverError]);
    }
    connection.write(payload);
  }

  #reportFailure(connection: ClientConnection, id: string, error: unknown): void {
    this.#options.log.error({ client: connection.name, id, err: error }, 'an order failed');
  }

  #tellLost(application: Application): void {
    this.#options.counters.ownersLost += 1;
    this.#options.log.info({ application: application.name }, 'application gone');
    this.#guard('ownerLost', () => this.core?.ownerLost(application));
  }

  #tellExpired(application: Application): void {
    this.#options.log.info({ application: application.name }, 'application did not come back');
    this.#guard('ownerExpired', () => this.core?.ownerExpired(application));
  }

  /** A failure of the core must not take the connections of others with it. */
  #guard(what: string, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.log.error({ err: error, what }, 'the core failed');
    }
  }
}
