import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TransferMode, TransferOutcome } from './call/transfer.ts';
import type { NotificationOutcome } from './call/turn.ts';
import type { Verdict } from './call/verdict.ts';
import type { EngineCounters } from './engine/counters.ts';
import type { ErrorCode } from './errors.ts';
import type { Carrier } from './stream/subscription.ts';

/** What stands in the embedded engine at this moment. */
export interface EngineGauges {
  readonly transactions: number;
  readonly dialogs: number;
  readonly timers: number;
}

export interface EngineReading {
  readonly counters: EngineCounters;
  gauges(): EngineGauges;
}

/** Seconds; RFC 3261's Timer B (32 s) is the last but one. */
const setupBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 32, 60];
const deliveryBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600];
const eventBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** The plain numbers of EngineCounters. */
type EngineCounterName = Exclude<keyof EngineCounters, 'refused' | 'countRefused'>;

/** What they say to the reader; one that is not here yet is described by its name. */
const engineCounterHelp: Readonly<Partial<Record<EngineCounterName, string>>> = {
  messagesReceived: 'SIP messages received',
  messagesSent: 'SIP messages sent',
  unparsable: 'What arrived and was no SIP: dropped in silence',
  unadmitted: 'Requests refused or dropped because of where they came from',
  retransmissionsAbsorbed: 'Retransmissions received and absorbed',
  retransmissionsSent: 'Messages sent again',
  transactionTimeouts: 'Client transactions without a final response',
  transportErrors: 'Messages that could not be sent',
  strayResponses: 'Responses without a transaction',
  forkedAnswersEnded: 'Further 2xx of a forked INVITE: acknowledged and ended',
  framesReceived: 'Control frames received',
  framesSent: 'Control frames sent',
  framesRefused: 'Control frames answered NOK',
  authenticationFailures: 'Control connections with a wrong secret',
  ownersLost: 'Applications whose control connection was lost',
  dialogsRebound: 'Dialogs given back to an application that returned',
  slowClientsClosed: 'Control connections closed because their application did not read',
  dialogsEndedForLostOwner: 'Dialogs ended because their application did not return',
};

/** What Baton counts, in Prometheus' terms. All methods are cheap and never throw. */
export class Metrics {
  readonly registry = new Registry();
  readonly #calls: Gauge;
  readonly #attempts: Counter<'by' | 'why' | 'sip_status' | 'at_fault'>;
  readonly #setup: Histogram;
  readonly #event: Histogram;
  readonly #notifications: Counter<'outcome'>;
  readonly #dropped: Counter<'code'>;
  readonly #http: Counter<'route' | 'method' | 'status'>;
  readonly #subscribers: Gauge<'carrier'>;
  readonly #subscribersCut: Counter<'code'>;
  readonly #subscribersRefused = new Counter({
    name: 'baton_event_subscribers_refused_total',
    help: 'Subscribers turned away because there were too many',
    registers: [this.registry],
  });
  readonly #eventsStreamed: Counter<'carrier'>;
  readonly #retained = new Gauge({
    name: 'baton_retained_calls',
    help: 'Released calls whose data is kept for attachedData.retainAfterReleaseMs',
    registers: [this.registry],
  });
  readonly #retainedPushedOut = new Counter({
    name: 'baton_retained_calls_pushed_out_total',
    help: 'Released calls let go before their time because of attachedData.maxRetainedCalls',
    registers: [this.registry],
  });
  readonly #transfers = new Counter({
    name: 'baton_transfers_total',
    help: 'Transfers, by who wanted them (mode) and what became of them; refused: they never began',
    labelNames: ['mode', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly #decisions = new Counter({
    name: 'baton_call_decisions_total',
    help: 'Calls about which a webhook was asked, by what became of them; with a code nobody decided',
    labelNames: ['action', 'code'] as const,
    registers: [this.registry],
  });
  readonly #decision = new Histogram({
    name: 'baton_call_decision_seconds',
    help: 'From the INVITE of the caller to the decision about it',
    buckets: setupBuckets,
    registers: [this.registry],
  });
  readonly #webhookAttempts = new Counter({
    name: 'baton_webhook_attempts_total',
    help: 'Requests to webhook receivers, by target and outcome',
    labelNames: ['target', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly #webhookDelivery = new Histogram({
    name: 'baton_webhook_delivery_seconds',
    help: 'From an event to its delivery to a webhook receiver',
    labelNames: ['target'] as const,
    buckets: deliveryBuckets,
    registers: [this.registry],
  });
  readonly #webhookDeadLetters = new Counter({
    name: 'baton_webhook_dead_letters_total',
    help: 'Events that a webhook receiver never got, by target and reason',
    labelNames: ['target', 'reason'] as const,
    registers: [this.registry],
  });
  readonly #webhookQueue = new Gauge({
    name: 'baton_webhook_queue',
    help: 'Events that wait for a webhook receiver or are under way to it',
    labelNames: ['target'] as const,
    registers: [this.registry],
  });

  constructor() {
    const registers = [this.registry];
    this.#calls = new Gauge({ name: 'baton_calls', help: 'Live calls', registers });
    this.#attempts = new Counter({
      name: 'baton_call_attempts_total',
      help: 'Call attempts that are over: who ended them and why, the SIP status, and at fault for it',
      labelNames: ['by', 'why', 'sip_status', 'at_fault'],
      registers,
    });
    this.#setup = new Histogram({
      name: 'baton_setup_seconds',
      help: 'From the INVITE of the caller to the 2xx of the callee',
      buckets: setupBuckets,
      registers,
    });
    this.#event = new Histogram({
      name: 'baton_event_seconds',
      help: 'From a change of attached data to the answer of the party told',
      buckets: eventBuckets,
      registers,
    });
    this.#notifications = new Counter({
      name: 'baton_notifications_total',
      help: 'Events for a leg, by outcome',
      labelNames: ['outcome'],
      registers,
    });
    this.#http = new Counter({
      name: 'baton_http_requests_total',
      help: 'HTTP requests answered, by route, method and status',
      labelNames: ['route', 'method', 'status'],
      registers,
    });
    this.#dropped = new Counter({
      name: 'baton_data_dropped_total',
      help: 'Entries of attached data not taken, not sent or not converted, by reason',
      labelNames: ['code'],
      registers,
    });
    this.#subscribers = new Gauge({
      name: 'baton_event_subscribers',
      help: 'Subscribers of the event stream, by what carries it',
      labelNames: ['carrier'],
      registers,
    });
    this.#subscribersCut = new Counter({
      name: 'baton_event_subscribers_cut_total',
      help: 'Subscribers whose stream was ended by Baton, by reason',
      labelNames: ['code'],
      registers,
    });
    this.#eventsStreamed = new Counter({
      name: 'baton_events_streamed_total',
      help: 'Events handed to subscribers, by what carries the stream',
      labelNames: ['carrier'],
      registers,
    });
  }

  callStarted(): void {
    this.#calls.inc();
  }

  callAnswered(setupMs: number): void {
    this.#setup.observe(setupMs / 1000);
  }

  callDecided(action: string, code: ErrorCode | undefined, tookMs: number): void {
    this.#decisions.inc({ action, code: code ?? '' });
    this.#decision.observe(tookMs / 1000);
  }

  /** Once for each `callStarted`. */
  callEnded(verdict: Verdict): void {
    this.#calls.dec();
    this.#count(verdict);
  }

  /** An attempt that never became a call: no `callStarted` went before. */
  callRefused(verdict: Verdict): void {
    this.#count(verdict);
  }

  #count({ by, why, sipStatus, atFault }: Verdict): void {
    this.#attempts.inc({ by, why, sip_status: sipStatus, at_fault: atFault });
  }

  notification(outcome: NotificationOutcome): void {
    this.#notifications.inc({ outcome });
  }

  dataDropped(code: ErrorCode): void {
    this.#dropped.inc({ code });
  }

  eventDelivered(seconds: number): void {
    this.#event.observe(seconds);
  }

  transferEnded(mode: TransferMode, outcome: TransferOutcome): void {
    this.#transfers.inc({ mode, outcome });
  }

  callsRetained(count: number): void {
    this.#retained.set(count);
  }

  retainedCallPushedOut(): void {
    this.#retainedPushedOut.inc();
  }

  subscriberJoined(carrier: Carrier): void {
    this.#subscribers.inc({ carrier });
  }

  /** Once for each `subscriberJoined`. */
  subscriberLeft(carrier: Carrier): void {
    this.#subscribers.dec({ carrier });
  }

  subscriberCut(code: ErrorCode): void {
    this.#subscribersCut.inc({ code });
  }

  subscriberRefused(): void {
    this.#subscribersRefused.inc();
  }

  eventStreamed(carrier: Carrier): void {
    this.#eventsStreamed.inc({ carrier });
  }

  webhookAttempted(target: string, outcome: string): void {
    this.#webhookAttempts.inc({ target, outcome });
  }

  webhookDelivered(target: string, seconds: number): void {
    this.#webhookDelivery.observe({ target }, seconds);
  }

  webhookGaveUp(target: string, reason: ErrorCode, count: number): void {
    this.#webhookDeadLetters.inc({ target, reason }, count);
  }

  webhookQueued(target: string, depth: number): void {
    this.#webhookQueue.set({ target }, depth);
  }

  /** `route` as it is documented, empty for a path that has none. */
  httpAnswered(answered: { readonly route: string; readonly method: string; readonly status: number }): void {
    this.#http.inc(answered);
  }

  /** Event loop lag, heap, CPU and the like of this process. */
  measureProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The engine counts by itself and is read when somebody asks. */
  readEngine(engine: EngineReading): void {
    for (const name of counterNames(engine.counters)) this.#engineCounter(name, engine);
    this.#engineRefusals(engine);
    this.#engineGauge('transactions', 'SIP transactions that stand', engine);
    this.#engineGauge('dialogs', 'SIP dialogs that stand', engine);
    this.#engineGauge('timers', 'Timers that run', engine);
  }

  /** The text that Prometheus scrapes, and its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  #engineCounter(name: EngineCounterName, engine: EngineReading): void {
    new Counter({
      name: `baton_engine_${snakeCase(name)}_total`,
      help: engineCounterHelp[name] ?? name,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(engine.counters[name]);
      },
    });
  }

  #engineRefusals(engine: EngineReading): void {
    new Counter({
      name: 'baton_engine_refused_total',
      help: 'Messages refused with a stateless answer, by status',
      labelNames: ['status'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [status, count] of engine.counters.refused) this.inc({ status }, count);
      },
    });
  }

  #engineGauge(name: keyof EngineGauges, help: string, engine: EngineReading): void {
    new Gauge({
      name: `baton_engine_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(engine.gauges()[name]);
      },
    });
  }
}

function counterNames(counters: EngineCounters): EngineCounterName[] {
  const numbers = Object.entries(counters).filter(([, value]) => typeof value === 'number');
  return numbers.map(([name]) => name as EngineCounterName);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
