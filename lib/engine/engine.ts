import { ControlServer } from './control/control-server.ts';
import { EngineCounters } from './counters.ts';
import { type EngineLog, SILENT_LOG } from './log.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './message/limits.ts';
import { TimerWheel } from './transaction/timer-wheel.ts';
import { DEFAULT_TIMING, type Timing } from './transaction/timers.ts';
import { type Admit, Transactions } from './transaction/transaction-layer.ts';
import type { StreamSettings } from './transport/tcp-connection.ts';
import type { TransportNotice } from './transport/notice.ts';
import { formatHop } from './transport/address.ts';
import type { Hop } from './transport/transport.ts';
import { Transports } from './transport/transports.ts';
import { Addresses } from './user-agent/addresses.ts';
import { localNet } from './user-agent/local-net.ts';
import { type Resolver, systemResolver } from './user-agent/resolver.ts';
import { UserAgent } from './user-agent/user-agent.ts';

export interface EngineOptions {
  /** What to bind, in the order of preference; port 0 lets the kernel choose. */
  readonly listen: readonly Hop[];
  /** What peers beyond our own subnets are told instead of the bound address. */
  readonly external?: { readonly host: string; readonly port?: number } | undefined;
  /** Where applications connect; port 0 lets the kernel choose. */
  readonly control: { readonly host: string; readonly port: number; readonly secret: string };
  readonly timing?: Partial<Timing>;
  /** How long the dialogs of an absent application wait for it; default 30,000. */
  readonly graceMs?: number;
  readonly limits?: Partial<MessageLimits>;
  readonly maxServerTransactions?: number;
  readonly streams?: Partial<StreamSettings>;
  /** Asked for each new request before anything is kept of it; default: everybody may. */
  readonly admit?: Admit;
  /** What a 405 to an unknown method says is allowed; default: the methods that applications registered. */
  readonly allow?: string;
  readonly counters?: EngineCounters;
  readonly log?: EngineLog;
  readonly resolver?: Resolver;
}

/** What is open in the engine; all zero but owners when nothing is going on. */
export interface EngineCounts {
  readonly dialogs: number;
  readonly serverTransactions: number;
  readonly clientTransactions: number;
  readonly timers: number;
  readonly connections: number;
  /** Applications, present or within their grace time. */
  readonly owners: number;
  readonly requestsOpen: number;
  readonly requestsOrdered: number;
  readonly acksAwaited: number;
  readonly acksOwed: number;
  readonly noticesKept: number;
}

/** The embedded SIP engine: transports, transactions, user agent core and the control port, put together. */
export class Engine {
  readonly counters: EngineCounters;
  readonly #log: EngineLog;
  readonly #transports: Transports;
  readonly #timers: TimerWheel;
  readonly #control: ControlServer;
  readonly #userAgent: UserAgent;
  readonly #transactions: Transactions;

  constructor(options: EngineOptions) {
    const timing = { ...DEFAULT_TIMING, ...options.timing };
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const log = options.log ?? SILENT_LOG;
    const counters = options.counters ?? new EngineCounters();
    this.#log = log;
    this.counters = counters;
    this.#timers = new TimerWheel({
      onError: error => {
        log.error({ err: error }, 'a timer failed');
      },
    });
    const transports = new Transports({
      listen: options.listen,
      limits,
      ...options.streams,
      onNotice: notice => {
        this.#notice(notice);
      },
    });
    this.#transports = transports;
    this.#control = new ControlServer({
      ...options.control,
      counters,
      log,
      graceMs: options.graceMs ?? 30_000,
    });
    let layer: Transactions | undefined;
    this.#userAgent = new UserAgent({
      transactions: user => {
        const { admit, maxServerTransactions } = options;
        layer = new Transactions({
          transport: transports,
          timers: this.#timers,
          timing,
          limits,
          counters,
          user,
          ...(admit === undefined ? {} : { admit }),
          ...(maxServerTransactions === undefined ? {} : { maxServerTransactions }),
        });
        return layer;
      },
      timers: this.#timers,
      timing,
      addresses: addressesOf(transports, options.external),
      applications: this.#control,
      counters,
      resolver: options.resolver ?? systemResolver(),
      protocols: new Set(options.listen.map(hop => hop.protocol)),
      reachable: hop => transports.listenerFor(hop) !== undefined,
      isOpen: flow => transports.isOpen(flow),
      allow: options.allow,
      log,
      wallClockMs: Date.now,
    });
    if (layer === undefined) throw new Error('the user agent made no transaction layer');
    this.#transactions = layer;
    this.#control.attach(this.#userAgent);
  }

  /** Binds SIP, then the control port. Rejects, with nothing left bound, when an address cannot be had. */
  async start(): Promise<{ control: { host: string; port: number }; listeners: readonly Hop[] }> {
    await this.#transports.start(this.#transactions);
    try {
      const control = await this.#control.start();
      return { control, listeners: this.#transports.listeners };
    } catch (error) {
      await this.#transports.stop();
      throw error;
    }
  }

  /** What is under way on the wire: requests without final response, final responses without ACK. For a clean stop. */
  countUnfinished(): number {
    return this.#transactions.countUnfinished() + this.#userAgent.counts().acksAwaited;
  }

  /** Closes the control port, then SIP. Ending calls before that is the application's work. */
  async stop(): Promise<void> {
    await this.#control.stop();
    await this.#transports.stop();
    this.#timers.stop();
  }

  counts(): EngineCounts {
    return {
      ...this.#userAgent.counts(),
      serverTransactions: this.#transactions.serverCount,
      clientTransactions: this.#transactions.clientCount,
      timers: this.#timers.runningCount,
      connections: this.#transports.connectionCount,
      owners: this.#control.presentApplications + this.#control.absentApplications,
    };
  }

  #notice(notice: TransportNotice): void {
    switch (notice.kind) {
      case 'buffer-granted': {
        const { listener, askedBytes, receiveBytes, sendBytes } = notice;
        const fields = { listener: formatHop(listener), askedBytes, receiveBytes, sendBytes };
        if (receiveBytes < askedBytes)
          this.#log.warn(fields, 'udp buffer smaller than asked for: raise net.core.rmem_max');
        else this.#log.info(fields, 'udp buffer granted');
        return;
      }
      case 'socket-error':
        this.#log.warn({ listener: formatHop(notice.listener), code: notice.code }, 'socket error');
        return;
      case 'connection-limit':
        this.#log.warn({ remote: notice.remote }, 'too many SIP connections');
        return;
      case 'receive-failed':
        this.#log.error({ err: notice.error, remote: notice.flow.remote }, 'a message could not be handled');
        return;
      case 'connection-opened':
      case 'connection-closed':
        this.#log.debug({ ...notice.flow }, notice.kind);
    }
  }
}

function addressesOf(transport: Transports, external: EngineOptions['external']): Addresses {
  return new Addresses({
    transport,
    localAddressTowards: (hop, flow) => transport.localAddressTowards(hop, flow),
    isOfMachine: address => transport.isOfMachine(address),
    external,
    isLocalNet: localNet(),
  });
}
