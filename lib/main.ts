import { setTimeout as sleep } from 'node:timers/promises';
import { compileKeyPolicy, type KeyPolicy } from './attached-data/key-policy.ts';
import { B2bua, type B2buaOptions } from './b2bua.ts';
import { allowedMethods } from './call/capabilities.ts';
import type { Config } from './config.ts';
import { afterRealTime } from './engine/control/after.ts';
import { Engine, type EngineOptions } from './engine/engine.ts';
import { randomHex } from './engine/random.ts';
import { formatHop, formatSocketAddress } from './engine/transport/address.ts';
import { ownAddresses } from './engine/transport/own-addresses.ts';
import type { Hop } from './engine/transport/transport.ts';
import type { CallEvent } from './events/event.ts';
import { type CallDesk, HttpServer, type Readiness } from './http/server.ts';
import type { Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import type { CallScreening, Clock } from './ports.ts';
import { Admission } from './routing/admission.ts';
import { compileSources } from './routing/who-is.ts';
import { DrachtioSignalling } from './signalling/drachtio-signalling.ts';
import type { ServerAddress } from './signalling/signalling-url.ts';
import { MemoryStore } from './store/memory-store.ts';
import { EventRing } from './stream/event-ring.ts';
import { Endpoint } from './webhooks/endpoint.ts';
import { IncomingCallWebhook } from './webhooks/incoming-call-webhook.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>;
}

/** What was started, stopped in reverse order; also when the start fails half-way. */
class Started implements Running {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0)) await stop().catch((error: unknown) => failures.push(error));
    // One that fails must not keep the others from being stopped.
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}

/** How often a stop looks whether everything is finished. */
const quietCheckMs = 20;

const realClock: Clock = { nowMs: Date.now, after: afterRealTime };

/**
 * `baton serve`: the engine (or a real drachtio-server), the B2BUA over it, HTTP beside it. When `asked` to stop before all is
 * started: what is started is stopped, and it rejects with the signal's reason.
 */
export async function serve(config: Config, log: Logger, asked: AbortSignal): Promise<Running> {
  const started = new Started();
  try {
    await startAll(config, log, started, asked);
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function startAll(config: Config, log: Logger, started: Started, asked: AbortSignal): Promise<void> {
  asked.throwIfAborted();
  const metrics = new Metrics();
  metrics.measureProcess();
  const engine =
    config.signalling.kind === 'engine' ? await startEngine(config, log, started, metrics) : undefined;
  const servers =
    config.signalling.kind === 'engine' ? [engine?.server].filter(isGiven) : config.signalling.servers;
  const signalling = new DrachtioSignalling({ servers, log, graceMs: config.engine.control.graceMs });
  const ring = new EventRing({
    run: randomHex(4),
    ...config.events.ring,
    onFailure: error => log.error({ err: error }, 'an event stream failed'),
  });
  startWebhooks(config, log, started, ring, metrics);
  const screening = startScreening(config, started);
  // Without HTTP and webhooks nobody can ever read what is in the ring.
  const isRead = config.http.listen !== 'off' || config.webhooks.targets.length > 0;
  const keys = compileKeyPolicy(config.attachedData.keys);
  const b2bua = new B2bua({
    options: b2buaOptions(config, engine?.listeners ?? [], keys),
    signalling,
    store: new MemoryStore(),
    publisher: {
      publish: event => {
        if (isRead) ring.publish(event);
        logEvent(event, log);
      },
    },
    ...(screening !== undefined && { screening }),
    clock: realClock,
    log,
    metrics,
    randomHex: digits => randomHex(digits / 2),
  });
  let draining = false;
  started.add(async () => {
    await signalling.stop();
  });
  await startSignalling(signalling, b2bua, asked);
  const http = await startHttp(config, log, started, ring, {
    metrics,
    ...deskOf(b2bua),
    keys,
    readiness: (): Readiness => (draining ? 'draining' : signalling.up ? 'ready' : 'signalling-down'),
  });
  started.add(async () => {
    draining = true;
    const untilMs = performance.now() + config.call.drainMs;
    await b2bua.stop({ mode: config.call.onShutdown, withinMs: config.call.drainMs });
    // What is under way is finished: a BYE that got lost is sent again, an INFO gets its answer.
    const isQuiet = (): boolean => signalling.openCounts.operations + (engine?.countUnfinished() ?? 0) === 0;
    while (!isQuiet() && performance.now() < untilMs) await sleep(quietCheckMs);
    if (!isQuiet()) log.warn({ drainMs: config.call.drainMs }, 'stopped before everything was finished');
  });
  const sip = engine === undefined ? signalling.listening : engine.listeners.map(formatHop);
  log.info({ sip, ...(http === undefined ? {} : { http }) }, 'ready');
}

function b2buaOptions(config: Config, listeners: readonly Hop[], keys: KeyPolicy): B2buaOptions {
  return {
    node: config.node,
    tenant: config.tenant,
    trunks: config.trunks,
    routes: config.routes,
    trusted: config.trusted,
    anyTarget: config.relay.anyTarget,
    answerTimeoutMs: config.call.answerTimeoutMs,
    maxCalls: config.call.maxCalls,
    packedLimitBytes: config.attachedData.packedLimitBytes,
    retainAfterReleaseMs: config.attachedData.retainAfterReleaseMs,
    maxRetainedCalls: config.attachedData.maxRetainedCalls,
    keys,
    notify: config.notify,
    isOwnAddress: ownAddresses(listeners, config.sip.external),
    ...(config.target === undefined ? {} : { target: config.target }),
  };
}

/** It waits for a SIP engine as long as there is none: only being asked to stop ends that. */
async function startSignalling(
  signalling: DrachtioSignalling,
  b2bua: B2bua,
  asked: AbortSignal,
): Promise<void> {
  asked.throwIfAborted();
  const giveUp = () => void signalling.stop();
  asked.addEventListener('abort', giveUp, { once: true });
  try {
    await signalling.start(b2bua);
  } catch (error) {
    // Its own words for it, in which nobody recognises who asked.
    asked.throwIfAborted();
    throw error;
  } finally {
    asked.removeEventListener('abort', giveUp);
  }
  asked.throwIfAborted();
}

/** The embedded engine with a control port of its own: ephemeral, on loopback, behind a random secret. */
async function startEngine(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): Promise<{ server: ServerAddress; listeners: readonly Hop[]; countUnfinished: () => number }> {
  const secret = randomHex(32);
  const admission = new Admission({ sources: compileSources(config) });
  const engine = new Engine({
    ...engineOptions(config, log),
    control: { host: '127.0.0.1', port: 0, secret },
    allow: allowedMethods,
    admit: flow => {
      const verdict = admission.judge(flow.remote.address, Date.now());
      if (verdict === 'refuse')
        log.info(
          { code: 'untrusted-source', source: formatHop({ ...flow.remote, protocol: flow.protocol }) },
          'refused',
        );
      return verdict;
    },
  });
  const { control, listeners } = await engine.start();
  started.add(() => engine.stop());
  metrics.readEngine({
    counters: engine.counters,
    gauges: () => {
      const counts = engine.counts();
      return { ...counts, transactions: counts.serverTransactions + counts.clientTransactions };
    },
  });
  const server = { ...control, secret, keepsDialogs: true };
  return { server, listeners, countUnfinished: () => engine.countUnfinished() };
}

async function startHttp(
  config: Config,
  log: Logger,
  started: Started,
  ring: EventRing,
  views: ConstructorParameters<typeof HttpServer>[0]['views'],
): Promise<string | undefined> {
  const { listen, tokens, rateLimit } = config.http;
  const { subscriber, maxSubscribers, heartbeatMs } = config.events;
  if (listen === 'off') return undefined;
  const http = new HttpServer({
    listen,
    tokens,
    rates: rateLimit,
    views,
    log,
    events: { ring, limits: subscriber, maxSubscribers, heartbeatMs },
  });
  const bound = await http.start();
  started.add(() => http.stop());
  return formatSocketAddress(bound);
}

/** Stopped after everything that makes events. */
function startWebhooks(
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
    metrics,
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

function startScreening(config: Config, started: Started): CallScreening | undefined {
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

/** `baton engine`: the engine alone, for any drachtio application. It waits for nobody to start. */
export async function runEngine(config: Config, log: Logger, asked: AbortSignal): Promise<Running> {
  asked.throwIfAborted();
  const { listen, secret } = config.engine.control;
  const engine = new Engine({
    ...engineOptions(config, log),
    control: { host: listen.address, port: listen.port, secret },
  });
  const { control, listeners } = await engine.start();
  const started = new Started();
  started.add(() => engine.stop());
  const address = formatSocketAddress({ address: control.host, port: control.port });
  log.info({ sip: listeners.map(formatHop), control: address }, 'ready');
  return started;
}

function engineOptions(config: Config, log: Logger): Omit<EngineOptions, 'control'> {
  const { sip } = config;
  return {
    listen: sip.listen,
    external: sip.external,
    timing: { t1Ms: sip.t1Ms, t2Ms: sip.t2Ms, t4Ms: sip.t4Ms, timerCMs: sip.timerCMs },
    limits: { maxMessageBytes: sip.maxMessageBytes },
    maxServerTransactions: sip.maxServerTransactions,
    streams: sip.tcp,
    graceMs: config.engine.control.graceMs,
    log,
  };
}

/** What HTTP asks of calls. */
function deskOf(b2bua: B2bua): Omit<CallDesk, 'keys'> {
  return {
    calls: () => b2bua.callsView(),
    call: connId => b2bua.callDetail(connId),
    changeData: request => b2bua.changeData(request),
    release: request => b2bua.release(request),
    originate: request => b2bua.originate(request),
  };
}

/** One line for each copy of an event; its data is redacted by the log. */
function logEvent(event: CallEvent, log: Logger): void {
  if (log.isLevelEnabled('debug')) log.debug({ event }, event.id);
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined;
