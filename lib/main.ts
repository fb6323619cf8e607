import { setTimeout as sleep } from 'node:timers/promises';
import { compileKeyPolicy, type KeyPolicy } from './attached-data/key-policy.ts';
import { B2bua, type B2buaOptions } from './b2bua.ts';
import type { Config } from './config.ts';
import { afterRealTime } from './engine/control/after.ts';
import { randomHex } from './engine/random.ts';
import { formatHop, formatSocketAddress } from './engine/transport/address.ts';
import { ownAddresses } from './engine/transport/own-addresses.ts';
import type { Hop } from './engine/transport/transport.ts';
import type { CallEvent } from './events/event.ts';
import { type AgentRoutesDesk, type CallDesk, HttpServer, type Readiness } from './http/server.ts';
import type { Logger } from './log.ts';
import { startJournal } from './main/journal.ts';
import { startEngine } from './main/own-engine.ts';
import { type Running, Started } from './main/started.ts';
import { startScreening, startWebhooks } from './main/webhooks.ts';
import { Metrics } from './metrics.ts';
import type { Clock } from './ports.ts';
import { DrachtioSignalling } from './signalling/drachtio-signalling.ts';
import { MemoryStore } from './store/memory-store.ts';
import { EventRing } from './stream/event-ring.ts';

export { runEngine } from './main/own-engine.ts';
export type { Running } from './main/started.ts';

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
  const journal = startJournal(config, log, started, metrics);
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
    ...(journal !== undefined && { journal }),
    clock: realClock,
    log,
    metrics: metrics.calls,
    agentMetrics: metrics.agents,
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
    tenant: config.tenant,
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
    maxTransfers: config.call.maxTransfers,
    maxCalls: config.call.maxCalls,
    packedLimitBytes: config.attachedData.packedLimitBytes,
    retainAfterReleaseMs: config.attachedData.retainAfterReleaseMs,
    maxRetainedCalls: config.attachedData.maxRetainedCalls,
    maxAgents: config.agents.maxAgents,
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

/** What HTTP asks of calls and agents. */
function deskOf(b2bua: B2bua): Omit<CallDesk & AgentRoutesDesk, 'keys' | 'tenant'> {
  return {
    calls: () => b2bua.callsView(),
    call: connId => b2bua.callDetail(connId),
    changeData: request => b2bua.changeData(request),
    release: request => b2bua.release(request),
    originate: request => b2bua.originate(request),
    transfer: request => b2bua.transfer(request),
    agents: tenant => b2bua.agents.list(tenant),
    agent: name => b2bua.agents.get(name),
    commandAgent: request => b2bua.agents.command(request),
  };
}

/** One line for each copy of an event; its data is redacted by the log. */
function logEvent(event: CallEvent, log: Logger): void {
  if (log.isLevelEnabled('debug')) log.debug({ event }, event.id);
}

const isGiven = <T>(value: T | undefined): value is T => value !== undefined;
