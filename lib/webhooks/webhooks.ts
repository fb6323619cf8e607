import type { After } from '../engine/control/after.ts';
import type { EventFilter } from '../stream/filter.ts';
import type { EventRing } from '../stream/event-ring.ts';
import type { Backoff } from './attempt.ts';
import { Endpoint } from './endpoint.ts';
import { WebhookTarget, type WebhookLog, type WebhookMetrics } from './webhook-target.ts';

/** One target of the configuration. */
export interface TargetSettings {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly filter: {
    readonly dn?: readonly string[];
    readonly connId?: readonly string[];
    readonly id?: readonly string[];
  };
  readonly tenant?: string;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly queue: { readonly maxEvents: number; readonly maxBytes: number };
  readonly maxInFlight: number;
}

export interface WebhooksOptions {
  readonly targets: readonly TargetSettings[];
  readonly ring: EventRing;
  /** CloudEvents attribute: who tells it. */
  readonly source: string;
  readonly metrics: WebhookMetrics;
  readonly log: WebhookLog;
  readonly after: After;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** All receivers of events: each reads the stream for itself. */
export class Webhooks {
  readonly #targets: readonly WebhookTarget[];

  constructor(options: WebhooksOptions) {
    this.#targets = options.targets.map(settings => newTarget(settings, options));
  }

  /** The targets at the same time, each within that time. To be called when no more events come. */
  async stop(withinMs: number): Promise<void> {
    await Promise.all(this.#targets.map(target => target.stop(withinMs)));
  }
}

function newTarget(settings: TargetSettings, options: WebhooksOptions): WebhookTarget {
  const { url, secret, timeoutMs, maxInFlight, filter, tenant, queue } = settings;
  const { ring, after, nowMs } = options;
  const target = new WebhookTarget({
    ...options,
    ...settings,
    endpoint: new Endpoint({ url, secret, timeoutMs, maxConnections: maxInFlight, after, nowMs }),
    positionOf: number => ring.positionOf(number),
  });
  ring.subscribe({ filter: filterOf(filter, tenant), limits: queue, subscriber: target });
  return target;
}

function filterOf({ dn, connId, id }: TargetSettings['filter'], tenant: string | undefined): EventFilter {
  return {
    ...(dn !== undefined && { dn: new Set(dn) }),
    ...(connId !== undefined && { connId: new Set(connId) }),
    ...(id !== undefined && { id: new Set<string>(id) }),
    ...(tenant !== undefined && { tenant }),
  };
}
