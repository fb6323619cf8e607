import { z } from 'zod';
import { AGENT_STATE_EVENTS, CALL_THREAD_EVENTS } from '../events/names.ts';
import { parseWebhookSecret } from '../webhooks/signature.ts';
import { parseHttpUrl } from './http-url.ts';
import { count, durationMs, listOf, name, oneOf, parsed, spanMs } from './field.ts';

const eventName = z.enum(['EventAttachedDataChanged', ...CALL_THREAD_EVENTS, ...AGENT_STATE_EVENTS], {
  error: 'expected the name of an event',
});

/** A list without entries would let nothing pass: most likely a mistake. */
const wanted = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).exactOptional();

const parseWebhookUrl = (text: string): string | Error => parseHttpUrl(text, 'https://crm.example.com/baton');
const webhookUrl = parsed(parseWebhookUrl);
const secret = parsed(parseWebhookSecret);

/** Who gets events. */
export const webhookTarget = z.strictObject({
  name,
  url: webhookUrl,
  secret,
  filter: z
    .strictObject({ dn: wanted(z.string()), connId: wanted(z.string()), id: wanted(eventName) })
    .default({}),
  tenant: name.exactOptional(),
  timeoutMs: durationMs.default(10_000),
  maxAttempts: count.max(100).default(8),
  backoff: z
    .strictObject({ firstMs: durationMs.default(500), maxMs: durationMs.default(60_000) })
    .prefault({}),
  queue: z
    .strictObject({ maxEvents: count.default(10_000), maxBytes: count.default(16_777_216) })
    .prefault({}),
  maxInFlight: count.max(256).default(16),
});

/** A caller hears nothing while it lasts. */
const longestDecisionMs = 60_000;

/** Who decides about calls that come in; an empty `url`: nobody is asked. */
const incomingCall = z.strictObject({
  url: parsed(text => (text === '' ? undefined : parseWebhookUrl(text))),
  secret: parsed(text => (text === '' ? '' : parseWebhookSecret(text))),
  timeoutMs: durationMs.max(longestDecisionMs),
  onTimeout: oneOf(['answer', 'reject']),
  trunks: listOf(name),
  maxConnections: count.max(1_024),
});

export const webhooks = z.strictObject({ targets: z.array(webhookTarget), flushMs: spanMs, incomingCall });
