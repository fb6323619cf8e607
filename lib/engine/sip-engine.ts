import type { Applications, InProcessCore } from './control/owner.ts';
import { EngineCounters } from './counters.ts';
import { type EngineLog, SILENT_LOG } from './log.ts';
import { DEFAULT_LIMITS, type MessageLimits } from './message/limits.ts';
import { TimerWheel } from './transaction/timer-wheel.ts';
import { DEFAULT_TIMING, type Timing } from './transaction/timers.ts';
import { type Admit, Transactions } from './transaction/transaction-layer.ts';
import type { StreamSettings } from './transport/tcp-connection.ts';
import type { TransportNotice } from './transport/notice.ts';
import { formatHop } from './transport/address.ts';
import { LoadShedder } from './overload/load-shedder.ts';
import { LoadWatch } from './overload/load-watch.ts';
import type { Hop } from './transport/transport.ts';
import { Transports } from './transport/transports.ts';
import { Addresses } from './user-agent/addresses.ts';
import { localNet } from './user-agent/local-net.ts';
import { type Resolver, systemResolver } from './user-agent/resolver.ts';
import { UserAgent } from './user-agent/user-agent.ts';

export interface SipEngineOptions {
  /** What to bind, in the order of preference; port 0 lets the kernel choose. */
  readonly listen: readonly Hop[];
  /** What peers beyond our own subnets are told instead of the bound address. */
  readonly external?: { readonly host: string; readonly port?: number } | undefined;
  /** Who drives it. */
  readonly applications: Applications;
  readonly timing?: Partial<Timing>;
  readonly limits?: Partial<MessageLimits>;
  readonly maxServerTransactions?: number;
  /** New calls are refused, as many as needed, while messages wait longer than that; 0, the default: none is. */
  readonly maxDelayMs?: number;
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
export interface SipEngineCounts {
  readonly dialogs: number;
  readonly serverTransactions: number;
  readonly clientTransactions: number;
  readonly timers: number;
  readonly connections: number;
  readonly requestsOpen: number;
  readonly requestsOrdered: number;
  readonly acksAwaited: number;
  readonly acksOwed: number;
  readonly noticesKept: number;
}

/** The embedded SIP engine for applications in this process: transports, transactions and user agent core, put together. */
export class SipEngine {
  readonly counters: EngineCounters;
  readonly #log: EngineLog;
  readonly #transports: Transports;
  readonly #timers: TimerWheel;
  readonly #userAgent: UserAgent;
  readonly #transactions: Transactions;
  readonly #shedder: LoadShedder;
  readonly #watch: LoadWatch | undefined;

  constructor(options: SipEngineOptions) {
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
    const { maxDelayMs = 0 } = options;
    this.#shedder = new LoadShedder({ maxDelayMs });
    if (maxDelayMs > 0) this.#watch = this.#watchLoad();
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
          mayBegin: () => this.#shedder.admits(),
          ...(admit === undefined ? {} : { admit }),
          ...(maxServerTransactions === undefined ? {} : { maxServerTransactions }),
        });
        return layer;
      },
      timers: this.#timers,
      timing,
      addresses: addressesOf(transports, options.external),
      applications: options.applications,
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
  }

  /** What takes orders. */
  get core(): InProcessCore {
    return this.#userAgent;
  }

  /** Binds. Rejects, with nothing left bound, when an address cannot be had. */
  async start(): Promise<readonly Hop[]> {
    await this.#transports.start(this.#transactions);
    this.#watch?.start();
    return this.#transports.listeners;
  }

  /** What is under way on the wire: requests without final response, final responses without ACK. For a clean stop. */
  countUnfinished(): number {
    return this.#transactions.countUnfinished() + this.#userAgent.counts().acksAwaited;
  }

  /** Closes SIP. Ending calls before that is the application's work. */
  async stop(): Promise<void> {
    this.#watch?.stop();
    await this.#transports.stop();
    this.#timers.stop();
  }

  counts(): SipEngineCounts {
    return {
      ...this.#userAgent.counts(),
      serverTransactions: this.#transactions.serverCount,
      clientTransactions: this.#transactions.clientCount,
      timers: this.#timers.runningCount,
      connections: this.#transports.connectionCount,
    };
  }

  /** Of new calls, 0 to 1; less than 1 while there is too much to do. */
  get admittedShare(): number {
    return this.#shedder.share;
  }

  #watchLoad(): LoadWatch {
    let wasAll = true;
    return new LoadWatch({
      ports: () =>
        this.#transports.listeners.filter(({ protocol }) => protocol === 'udp').map(({ port }) => port),
      received: () => this.counters.messagesReceived,
      observe: waitingMs => {
        this.#shedder.observe(waitingMs);
        const { share } = this.#shedder;
        if (wasAll !== (share === 1)) this.#tellShedding(waitingMs, share);
        wasAll = share === 1;
      },
    });
  }

  #tellShedding(waitingMs: number, share: number): void {
    const fields = { waitingMs: Math.round(waitingMs), shed: this.counters.callsShed };
    if (share < 1) this.#log.warn(fields, 'too much to do: new calls are refused');
    else this.#log.info(fields, 'all calls are taken again');
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

function addressesOf(transport: Transports, external: SipEngineOptions['external']): Addresses {
  return new Addresses({
    transport,
    localAddressTowards: (hop, flow) => transport.localAddressTowards(hop, flow),
    isOfMachine: address => transport.isOfMachine(address),
    external,
    isLocalNet: localNet(),
  });
}
