import { createServer, type Server, type Socket } from 'node:net';
import type { EngineCounters } from '../counters.ts';
import { type After, afterRealTime } from './after.ts';
import { ClientConnection, type ConnectionOptions, type ConnectionUser } from './connection.ts';
import type { EngineLog } from '../log.ts';
import { OrderDesk } from './order-desk.ts';
import type { Applications, Owner, SipCore } from './owner.ts';

export interface ControlServerOptions {
  readonly host: string;
  /** 0: a free one, told by `start()`. */
  readonly port: number;
  /** What clients must present. Not empty; without `|`, CR and LF. */
  readonly secret: string;
  readonly counters: EngineCounters;
  readonly log: EngineLog;
  /** Alternatively given to `attach()`. */
  readonly core?: SipCore;
  /** How long the dialogs of an absent application wait for it. Default 30,000. */
  readonly graceMs?: number;
  /** Longest frame accepted from a client. Default 1 MiB. */
  readonly maxFrameBytes?: number;
  /** A client with more than this unread is closed. Default 16 MiB. */
  readonly highWaterBytes?: number;
  /** Default 5,000. */
  readonly authenticationTimeoutMs?: number;
  /** Default 100. */
  readonly maxConnections?: number;
  /** Default: real time. */
  readonly after?: After;
}

/** Notices a dead peer that sent no FIN. */
const keepAliveMs = 45_000;

/** The drachtio control protocol, inbound model: applications connect, authenticate, and drive the core. */
export class ControlServer implements Applications {
  readonly #options: ControlServerOptions;
  readonly #desk: OrderDesk;
  readonly #connections = new Set<ClientConnection>();
  readonly #server: Server;

  /** Throws a RangeError when the secret cannot be sent by any client. */
  constructor(options: ControlServerOptions) {
    const { secret, counters, log } = options;
    const after = options.after ?? afterRealTime;
    this.#options = options;
    this.#desk = new OrderDesk({ secret, graceMs: options.graceMs ?? 30_000, after, counters, log });
    this.#desk.core = options.core;
    this.#server = this.#createServer({
      maxFrameBytes: options.maxFrameBytes ?? 1_048_576,
      highWaterBytes: options.highWaterBytes ?? 16_777_216,
      authenticationTimeoutMs: options.authenticationTimeoutMs ?? 5_000,
      after,
      counters,
      log,
    });
  }

  /** Gives the core. Before `start()`. */
  attach(core: SipCore): void {
    this.#desk.core = core;
  }

  /**
   * Listens. The SIP transports must be bound before: their addresses are told to each client (§2.3).
   * Rejects with the error of the socket when the port is in use or forbidden.
   */
  async start(): Promise<{ host: string; port: number }> {
    if (this.#desk.core === undefined) throw new Error('the control server has no core');
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#server.on('error', error => {
      this.#options.log.error({ err: error }, 'control port error');
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null
      ? { host: address.address, port: address.port }
      : { host, port };
  }

  /** Closes the port and every connection, after what is queued has been written. No grace time ends any more. */
  async stop(): Promise<void> {
    const closed = new Promise<void>(resolve => {
      this.#server.close(() => {
        resolve();
      });
    });
    for (const connection of [...this.#connections]) connection.close('the engine stops');
    this.#desk.roster.clear();
    await closed;
  }

  /** Round robin over the connected applications that registered `method` (in any case); undefined: there is none. */
  choose(method: string): Owner | undefined {
    return this.#desk.choose(method);
  }

  serves(method: string): boolean {
    return this.#desk.serves(method);
  }

  /** Applications with a connection. */
  get presentApplications(): number {
    return this.#desk.roster.present;
  }

  /** Applications whose connection is gone and whose grace time runs. */
  get absentApplications(): number {
    return this.#desk.roster.absent;
  }

  #createServer(connectionOptions: ConnectionOptions): Server {
    const { log } = this.#options;
    const user: ConnectionUser = {
      receiveOrder: (connection, order) => {
        this.#desk.receiveOrder(connection, order);
      },
      connectionClosed: connection => {
        this.#connections.delete(connection);
        this.#desk.connectionClosed(connection);
      },
    };
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    server.maxConnections = this.#options.maxConnections ?? 100;
    server.on('connection', (socket: Socket) => {
      const connection = new ClientConnection(socket, user, connectionOptions);
      this.#connections.add(connection);
      log.debug({ client: connection.name }, 'control client connected');
    });
    server.on('drop', drop => {
      log.warn(
        { client: `${drop?.remoteAddress ?? '?'}:${drop?.remotePort ?? 0}` },
        'too many control connections',
      );
    });
    return server;
  }
}
