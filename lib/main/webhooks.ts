import type { Config } from '../config.ts';
import { afterRealTime } from '../engine/control/after.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { CallScreening } from '../ports.ts';
import type { EventRing } from '../stream/event-ring.ts';
import { Endpoint } from '../webhooks/endpoint.ts';
import { IncomingCallWebhook } from '../webhooks/incoming-call-webhook.ts';
import { Webhooks } from '../webhooks/webhooks.ts';
import type { Started } from './started.ts';

/** Stopped after everything that makes events. */
export function startWebhooks(
  config: Config,
  log: Logger,
  started: Started,
  ring: EventRing,
  metrics: Metrics,
): void {
  const { targets, flushMs } = config.webhooks;
  if (targets.length === 0) return;
  const webhooks = new Webhooks({
    targets,
    ring,
    source: `baton/${config.node}`,
    metrics: metrics.webhooks,
    log,
    after: afterRealTime,
    nowMs: Date.now,
    random: Math.random,
  });
  started.add(async () => {
    // Hands over what has just been published.
    ring.cutAll('shutting-down');
    await webhooks.stop(flushMs);
  });
}

/** Who decides about calls that come in; undefined where nobody is asked. */
export function startScreening(config: Config, started: Started): CallScreening | undefined {
  const { url, secret, timeoutMs, onTimeout, trunks, maxConnections } = config.webhooks.incomingCall;
  if (url === undefined) return undefined;
  const clock = { after: afterRealTime, nowMs: Date.now };
  const webhook = new IncomingCallWebhook({
    rules: { onTimeout, ...(trunks.length > 0 && { trunks: new Set(trunks) }) },
    endpoint: new Endpoint({ url, secret, timeoutMs, maxConnections, ...clock }),
    source: `baton/${config.node}`,
    nowMs: Date.now,
  });
  started.add(() => webhook.stop());
  return webhook;
}
