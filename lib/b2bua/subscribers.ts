import type { Messages } from '../agents/agent.ts';
import { firstValue } from '../call/header-lines.ts';
import { unsupportedTags, warning } from '../call/relay/capabilities.ts';
import type { HeaderLine, LegId, NewRequest, Signal, SignalOf, SignallingEffect } from '../call/signal.ts';
import { type ErrorCode, errorEntry } from '../errors.ts';
import { serializeUri, parseUri } from '../engine/message/uri.ts';
import {
  isSameEvent,
  readSubscribe,
  type SubscribeWish,
  type SubscriptionTimes,
} from '../message-waiting/subscribe-wish.ts';
import {
  changed,
  type NotifyOutcome,
  notified,
  type Outside,
  refreshed,
  type Step,
  stopped,
  subscribed,
  type Subscription,
  wakeAtMs,
  woken,
} from '../message-waiting/subscription.ts';
import type { Clock } from '../ports.ts';
import type { DnKey } from '../registrar/binding.ts';
import { mayRegister } from '../registrar/digest-check.ts';
import type { Refusal } from '../registrar/limits.ts';
import { requiring } from '../registrar/registrar.ts';
import { judgeSender, type SenderRules } from '../registrar/sender.ts';
import { Buckets } from '../routing/buckets.ts';
import type { Standing } from '../routing/who-is.ts';
import type { B2buaLog } from './options.ts';

/** Config section `messageWaiting`. */
export interface SubscribersOptions extends SubscriptionTimes {
  readonly maxSubscriptions: number;
  /** Of one DN. */
  readonly maxPerDn: number;
  /** SUBSCRIBE requests a second of one address; ten times as many at once. */
  readonly perSecond: number;
}

/** What became of a SUBSCRIBE: granted, or why not. */
export type SubscribeOutcome =
  | 'subscribed'
  | 'fetched'
  | 'refreshed'
  | 'unsubscribed'
  | 'challenged'
  | ErrorCode;

export interface SubscriptionMetrics {
  subscribeAnswered(outcome: SubscribeOutcome): void;
  summaryNotified(outcome: NotifyOutcome): void;
  /** How many there are now. */
  subscriptionsAre(count: number): void;
}

/** What it takes to serve SUBSCRIBE. */
export interface MessageWaiting extends SenderRules {
  readonly options: SubscribersOptions;
  readonly metrics: SubscriptionMetrics;
}

export interface SubscribersParts extends MessageWaiting {
  readonly clock: Clock;
  readonly log: Pick<B2buaLog, 'info'>;
  readonly perform: (effect: SignallingEffect) => void;
  /** Something that is to come in its turn. */
  readonly later: (work: () => void) => void;
  readonly messagesOf: (place: DnKey) => Messages | undefined;
}

interface Entry {
  subscription: Subscription;
  stopTimer: () => void;
}

/** Addresses whose SUBSCRIBEs are counted apart. */
const maxSources = 10_000;
const retryAfter: HeaderLine = { name: 'Retry-After', value: '10' };
const nothing = (): void => undefined;

/** Phones that want to know whether messages wait (RFC 3842), of those who have been let in. */
export class Subscribers {
  readonly #parts: SubscribersParts;
  readonly #flood: Buckets;
  readonly #byLeg = new Map<LegId, Entry>();
  readonly #byDn = new Map<string, Set<Entry>>();

  constructor(parts: SubscribersParts) {
    const { perSecond } = parts.options;
    this.#parts = parts;
    this.#flood = new Buckets({ burst: perSecond * 10, perSecond, maxKeys: maxSources });
  }

  /** A SUBSCRIBE that makes a dialog. It is answered when this returns. */
  begin({ leg, request }: SignalOf<'subscribed'>, standing: Standing): void {
    const { clock, log } = this.#parts;
    const { method, callId, source } = request;
    const nowMs = clock.nowMs();
    if (!this.#flood.take(source.address, nowMs)) {
      this.#reject(leg, 'too-many-subscribes', 503, [retryAfter]);
      return;
    }
    const judged = this.#judge(request, standing, nowMs);
    if ('wish' in judged) {
      this.#open(leg, judged.key, accountOf(request.requestUri), judged.wish);
    } else if ('challenge' in judged) {
      this.#reject(leg, 'challenged', 401, judged.challenge);
    } else {
      const { code, text: reason } = judged;
      log.info({ code, method, callId, source: `${source.address}:${source.port}`, reason }, 'refused');
      const { status, headers } = this.#refused(judged);
      this.#parts.perform({ do: 'reject', leg, status, payload: { headers } });
    }
  }

  #judge(
    request: NewRequest,
    standing: Standing,
    nowMs: number,
  ):
    | { readonly key: DnKey; readonly wish: SubscribeWish }
    | { readonly challenge: readonly HeaderLine[] }
    | Refusal {
    const unsupported = unsupportedTags(request.headers);
    if (unsupported !== '') return requiring(unsupported);
    const wish = readSubscribe(request.headers, this.#parts.options);
    if ('code' in wish) return wish;
    // RFC 6665 §3.1.2: the Request-URI says whose messages; To may say anything.
    const verdict = judgeSender({ ...request, to: `<${request.requestUri}>` }, standing, nowMs, this.#parts);
    if (verdict.is === 'refused') return verdict.refusal;
    if (verdict.is === 'challenged') return { challenge: verdict.headers };
    const { key } = verdict;
    return this.#hasRoom(key)
      ? { key, wish }
      : { code: 'too-many-subscriptions', text: 'too many subscriptions' };
  }

  /** False: the leg is no subscriber's. */
  receive(signal: Exclude<Signal, { type: 'timerFired' }>): boolean {
    const entry = this.#byLeg.get(signal.leg);
    if (entry === undefined) return false;
    switch (signal.type) {
      case 'requested':
        this.#onRequested(entry, signal);
        break;
      case 'responded':
        this.#onResponded(entry, signal);
        break;
      case 'lost':
      case 'hungUp':
      case 'answerFailed':
      case 'cancelled':
        this.#put(entry, { subscription: undefined, effects: [] });
        break;
      default:
    }
    return true;
  }

  /** There are other messages at a DN now. */
  changed(place: DnKey): void {
    for (const entry of [...(this.#byDn.get(keyOf(place)) ?? [])])
      this.#put(entry, changed(entry.subscription, this.#outside(place)));
  }

  /** RFC 6665 §4.1.3: everybody is told that it is over, and to come again. */
  stop(): void {
    for (const entry of [...this.#byLeg.values()])
      this.#put(entry, stopped(entry.subscription, this.#outside(entry.subscription)));
  }

  #open(leg: LegId, key: DnKey, account: string, { event, expiresS }: SubscribeWish): void {
    const step = subscribed({ leg, ...key, account, event }, expiresS, this.#outside(key));
    this.#parts.metrics.subscribeAnswered(expiresS === 0 ? 'fetched' : 'subscribed');
    const entry: Entry = { subscription: step.subscription, stopTimer: nothing };
    const place = keyOf(key);
    this.#byLeg.set(leg, entry);
    this.#byDn.set(place, (this.#byDn.get(place) ?? new Set()).add(entry));
    this.#put(entry, step);
  }

  #hasRoom(key: DnKey): boolean {
    const { maxSubscriptions, maxPerDn } = this.#parts.options;
    return this.#byLeg.size < maxSubscriptions && (this.#byDn.get(keyOf(key))?.size ?? 0) < maxPerDn;
  }

  #onRequested(entry: Entry, { leg, request, method, payload }: SignalOf<'requested'>): void {
    const { perform } = this.#parts;
    const respond = (status: number, headers: readonly HeaderLine[]): void =>
      perform({ do: 'respond', leg, request, status, payload: { headers } });
    if (method !== 'SUBSCRIBE') {
      // RFC 3261 §11: who asks finds somebody; there is nothing else to do in such a dialog.
      respond(method === 'OPTIONS' ? 200 : 405, [{ name: 'Allow', value: 'SUBSCRIBE, OPTIONS' }]);
      return;
    }
    const wish = this.#refreshWish(entry.subscription, payload.headers);
    if ('status' in wish) {
      respond(wish.status, wish.headers);
      return;
    }
    this.#parts.metrics.subscribeAnswered(wish.expiresS === 0 ? 'unsubscribed' : 'refreshed');
    const { expiresS } = wish;
    this.#put(entry, refreshed(entry.subscription, { request, expiresS }, this.#outside(entry.subscription)));
  }

  /** RFC 6665 §4.2.1.4: what is refused changes nothing of the subscription. */
  #refreshWish(
    { is, tenant, dn, event }: Subscription,
    headers: readonly HeaderLine[],
  ): SubscribeWish | { readonly status: number; readonly headers: readonly HeaderLine[] } {
    const { options, digest, metrics, clock } = this.#parts;
    const wish = readSubscribe(headers, options);
    if ('code' in wish) return this.#refused(wish);
    if (is === 'ending' || !isSameEvent(wish.event, event))
      return this.#refused({ code: 'subscription-unknown', text: 'no such subscription' });
    const checked = digest?.check({ method: 'SUBSCRIBE', headers }, tenant, clock.nowMs());
    if (checked?.is === 'refused') return this.#refused(checked.refusal);
    if (checked?.is === 'challenged') {
      metrics.subscribeAnswered('challenged');
      return { status: 401, headers: checked.headers };
    }
    if (checked !== undefined && !mayRegister(checked.user, dn))
      return this.#refused({ code: 'register-forbidden', text: `not a DN of the sender: ${dn}` });
    return wish;
  }

  #onResponded(entry: Entry, { request, status, payload }: SignalOf<'responded'>): void {
    const seconds = Number.parseInt(firstValue(payload.headers, 'retry-after') ?? '', 10);
    const retryAfterS = seconds >= 0 ? seconds : undefined;
    const answer = { request, status, retryAfterS };
    const step = notified(entry.subscription, answer, this.#outside(entry.subscription));
    if (step.outcome !== undefined) this.#parts.metrics.summaryNotified(step.outcome);
    this.#put(entry, step);
  }

  #put(entry: Entry, { subscription, effects }: Step): void {
    entry.stopTimer();
    entry.stopTimer = nothing;
    if (subscription === undefined) this.#remove(entry);
    else {
      entry.subscription = subscription;
      this.#await(entry);
    }
    this.#parts.metrics.subscriptionsAre(this.#byLeg.size);
    for (const effect of effects) this.#parts.perform(effect);
  }

  #remove(entry: Entry): void {
    const { leg } = entry.subscription;
    const place = keyOf(entry.subscription);
    const others = this.#byDn.get(place);
    this.#byLeg.delete(leg);
    others?.delete(entry);
    if (others?.size === 0) this.#byDn.delete(place);
  }

  #await(entry: Entry): void {
    const { clock, later } = this.#parts;
    const atMs = wakeAtMs(entry.subscription);
    if (atMs === undefined) return;
    entry.stopTimer = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      later(() => {
        const { subscription } = entry;
        // It has gone while this waited for its turn.
        if (this.#byLeg.get(subscription.leg) !== entry) return;
        this.#put(entry, woken(subscription, this.#outside(subscription)));
      });
    });
  }

  #outside({ tenant, dn }: DnKey): Outside {
    const { clock, messagesOf } = this.#parts;
    return { nowMs: clock.nowMs(), messages: messagesOf({ tenant, dn }) };
  }

  /** Without a line in the log: a flood would be one of its own, and a challenge is no refusal. */
  #reject(leg: LegId, outcome: SubscribeOutcome, status: number, headers: readonly HeaderLine[]): void {
    this.#parts.metrics.subscribeAnswered(outcome);
    this.#parts.perform({ do: 'reject', leg, status, payload: { headers } });
  }

  #refused({ code, text, headers = [] }: Refusal) {
    this.#parts.metrics.subscribeAnswered(code);
    const { sipStatus: status = 500 } = errorEntry(code);
    return { status, headers: [...headers, ...(status === 503 ? [retryAfter] : []), warning(text)] };
  }
}

/** Names of tenants have no slash. */
function keyOf({ tenant, dn }: DnKey): string {
  return `${tenant}/${dn}`;
}

/** RFC 3842 §3.5: the account, without what is only about this request. */
function accountOf(requestUri: string): string {
  const uri = parseUri(requestUri);
  return uri === undefined
    ? requestUri
    : serializeUri({ ...uri, password: undefined, params: [], headers: undefined });
}
