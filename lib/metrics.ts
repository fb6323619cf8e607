import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { AgentMeters } from './metrics/agents.ts';
import { CallMeters } from './metrics/calls.ts';
import { type EngineReading, registerEngine } from './metrics/engine.ts';
import { KafkaMeters } from './metrics/kafka.ts';
import { MessageWaitingMeters } from './metrics/message-waiting.ts';
import { OutboxMeters } from './metrics/outbox.ts';
import { RecordingMeters } from './metrics/recording.ts';
import { RegistrarMeters } from './metrics/registrar.ts';
import { RtpengineMeters } from './metrics/rtpengine.ts';
import { SiprecMeters } from './metrics/siprec.ts';
import { StateMeters } from './metrics/state.ts';
import { StreamMeters } from './metrics/streams.ts';
import { WebhookMeters } from './metrics/webhooks.ts';

/** What Baton counts, in Prometheus' terms. All methods are cheap and never throw. */
export class Metrics {
  readonly #registry = new Registry();
  readonly calls = new CallMeters(this.#registry);
  readonly agents = new AgentMeters(this.#registry);
  readonly recording = new RecordingMeters(this.#registry);
  readonly registrar = new RegistrarMeters(this.#registry);
  readonly messageWaiting = new MessageWaitingMeters(this.#registry);
  readonly state = new StateMeters(this.#registry);
  readonly streams = new StreamMeters(this.#registry);
  readonly outbox = new OutboxMeters(this.#registry);
  readonly webhooks = new WebhookMeters(this.#registry);
  readonly kafka = new KafkaMeters(this.#registry);
  readonly rtpengine = new RtpengineMeters(this.#registry);
  readonly siprec = new SiprecMeters(this.#registry);
  readonly #http = new Counter({
    name: 'baton_http_requests_total',
    help: 'HTTP requests answered, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    registers: [this.#registry],
  });

  /** `route` as it is documented, empty for a path that has none. */
  httpAnswered(answered: { readonly route: string; readonly method: string; readonly status: number }): void {
    this.#http.inc(answered);
  }

  /** Event loop lag, heap, CPU and the like of this process. */
  measureProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Shows the embedded engine's numbers too. To be called once. */
  readEngine(engine: EngineReading): void {
    registerEngine(this.#registry, engine);
  }

  /** The text that Prometheus scrapes, and its content type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
