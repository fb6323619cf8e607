import { setTimeout as sleep } from 'node:timers/promises';
import { compileKeyPolicy, type KeyPolicy } from './attached-data/key-policy.ts';
import { B2bua, type B2buaOptions } from './b2bua.ts';
import type { Config } from './config.ts';
import { afterRealTime } from './engine/control/after.ts';
import { randomHex } from './engine/random.ts';
import { formatHop, formatSocketAddress } from './engine/transport/address.ts';
import type { Hop, SocketAddress } from './engine/transport/transport.ts';
import { dnServiceEvent } from './events/dn-service.ts';
import {
  type AgentRoutesDesk,
  type CallDesk,
  type DnRoutesDesk,
  HttpServer,
  type Readiness,
} from './http/server.ts';
import type { Logger } from './log.ts';
import { type Media, startMedia } from './main/media.ts';
import { messageWaitingOf } from './main/message-waiting.ts';
import { type OwnEngine, startEngine } from './main/own-engine.ts';
import { addressesIn, type OwnPlaces, ownPlaces } from './main/own-places.ts';
import { startRecording } from './main/recording.ts';
import { type RunningRegistrar, startRegistrar } from './main/registrar.ts';
import { senderRulesOf } from './main/sender-rules.ts';
import { type Running, Started } from './main/started.ts';
import { startState } from './main/state.ts';
import { startStream } from './main/stream.ts';
import { startScreening, startWebhooks } from './main/webhooks.ts';
import { Metrics } from './metrics.ts';
import type { Clock, EventJournal, Publisher, Shelf, Signalling } from './ports.ts';
import { dnViews } from './registrar/dn-view.ts';
import type { ServiceChange } from './registrar/registrations.ts';
import { SharedSignalling } from './signalling/shared-signalling.ts';
import { EngineSignalling } from './signalling/engine-signalling.ts';
import { drachtioWay } from './signalling/ways.ts';
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
  const stream = await startStream(config, log, started, metrics);
  asked.throwIfAborted();
  const shelf = await startState(config, log, started, metrics);
  const engine =
    config.signalling.kind === 'drachtio' ? undefined : await startEngine(config, log, started, metrics);
  const signalling = signallingTo(config, engine, log);
  const ring = ringOf(config, log);
  startWebhooks(config, log, started, ring, metrics);
  const places = ownPlaces(config, addressesOf(engine, signalling));
  const calls = startCalls(config, { log, started, metrics, stream, shelf, signalling, ring, places });
  const { b2bua, media, recording, keys } = calls;
  let draining = false;
  started.add(() => signalling.stop());
  started.add(() => recording.recordings.close());
  await startSignalling(media.signalling, b2bua, asked);
  const http = await startHttp(config, log, started, ring, {
    metrics,
    ...deskOf(b2bua, calls.registering),
    keys,
    tenant: config.tenant,
    readiness: () => (draining ? 'draining' : readinessOf(signalling, stream.journal)),
    stream: stream.state,
    recording: recording.desk,
    dialog: recording.dialog,
  });
  started.add(async () => {
    draining = true;
    const countUnfinished = () =>
      signalling.openCounts.operations + (engine?.countUnfinished() ?? 0) + media.countUnfinished();
    await drain({ config, log, b2bua, countUnfinished });
  });
  const sip = engine === undefined ? signalling.listening : engine.listeners.map(formatHop);
  log.info({ sip, ...(http === undefined ? {} : { http }) }, 'ready');
}

/** Calls, and all that they work with. */
function startCalls(
  config: Config,
  parts: {
    readonly log: Logger;
    readonly started: Started;
    readonly metrics: Metrics;
    readonly stream: Awaited<ReturnType<typeof startStream>>;
    readonly shelf: (name: string) => Shelf;
    readonly signalling: Signalling;
    readonly ring: EventRing;
    readonly places: OwnPlaces;
  },
) {
  const { log, started, metrics, stream, shelf, signalling, ring, places } = parts;
  const screening = startScreening(config, started);
  const keys = compileKeyPolicy(config.attachedData.keys);
  const senderRules = senderRulesOf(config, places);
  const common = { log, metrics, started, clock: realClock, signalling };
  const registering = startRegistrar(config, {
    ...common,
    ...senderRules,
    shelf: shelf('dns'),
    onService: change => tellService(change, config, b2bua),
  });
  const shared = new SharedSignalling(signalling);
  const media = startMedia(config, { ...common, signalling: shared });
  const store = new MemoryStore();
  const recording = startRecording(config, {
    ...common,
    store,
    media,
    shared,
    recorded: () => b2bua.recorded,
  });
  const publisher = publisherOf(config, ring, log);
  for (const event of stream.recovered) publisher.publish(event);
  const b2bua: B2bua = new B2bua({
    options: b2buaOptions(config, { keys, places, registering, media }),
    signalling: media.signalling,
    store,
    publisher,
    recorder: recording.recorder,
    ...(screening !== undefined && { screening }),
    ...(stream.journal !== undefined && { journal: stream.journal }),
    ...(registering !== undefined && { registrar: registering.registrar }),
    ...messageWaitingOf(config, senderRules, metrics),
    clock: realClock,
    log,
    metrics: metrics.calls,
    ...{ agentMetrics: metrics.agents, agentShelf: shelf('agents') },
    randomHex: digits => randomHex(digits / 2),
  });
  registering?.restore();
  return { b2bua, media, recording, registering, keys };
}

async function drain(parts: {
  readonly config: Config;
  readonly log: Logger;
  readonly b2bua: B2bua;
  readonly countUnfinished: () => number;
}): Promise<void> {
  const { onShutdown: mode, drainMs } = parts.config.call;
  const untilMs = performance.now() + drainMs;
  await parts.b2bua.stop({ mode, withinMs: drainMs });
  if (!(await comesTrue(() => parts.countUnfinished() === 0, untilMs)))
    parts.log.warn({ drainMs }, 'stopped before everything was finished');
}

function tellService(change: ServiceChange, { node }: Config, b2bua: B2bua): void {
  b2bua.tell([dnServiceEvent(change, `baton/${node}`, b2bua.agents.agentAt(change))]);
}

/** What is under way is finished: a BYE that got lost is sent again, an INFO gets its answer. False: not in time. */
async function comesTrue(isQuiet: () => boolean, untilMs: number): Promise<boolean> {
  while (!isQuiet() && performance.now() < untilMs) await sleep(quietCheckMs);
  return isQuiet();
}

function b2buaOptions(
  config: Config,
  parts: {
    readonly keys: KeyPolicy;
    readonly places: OwnPlaces;
    readonly registering: RunningRegistrar | undefined;
    readonly media: Media;
  },
): B2buaOptions {
  const { keys, places, registering, media } = parts;
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
    isOwnAddress: places.isOwnAddress,
    ...(registering !== undefined && { registered: registering.registrations }),
    ...(config.target === undefined ? {} : { target: config.target }),
    ...(media.anchor !== undefined && { marksSdp: true }),
  };
}

/** It waits for a SIP engine as long as there is none: only being asked to stop ends that. */
async function startSignalling(signalling: Signalling, b2bua: B2bua, asked: AbortSignal): Promise<void> {
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

function readinessOf(signalling: Signalling, journal: EventJournal | undefined): Readiness {
  return signalling.up ? (journal?.obstacle ?? 'ready') : 'signalling-down';
}

/** What HTTP asks of calls, agents and DNs. */
function deskOf(
  b2bua: B2bua,
  registering: RunningRegistrar | undefined,
): Omit<CallDesk & AgentRoutesDesk & DnRoutesDesk, 'keys' | 'tenant'> {
  return {
    calls: () => b2bua.callsView(),
    call: connId => b2bua.callDetail(connId),
    changeData: request => b2bua.changeData(request),
    release: request => b2bua.release(request),
    originate: request => b2bua.originate(request),
    transfer: request => b2bua.transfer(request),
    dns: tenant => dnViews(registering?.registrations.all() ?? [], tenant),
    agents: tenant => b2bua.agents.list(tenant),
    agent: name => b2bua.agents.get(name),
    commandAgent: request => b2bua.agents.command(request),
  };
}

function ringOf(config: Config, log: Logger): EventRing {
  const onFailure = (error: unknown) => log.error({ err: error }, 'an event stream failed');
  return new EventRing({ run: randomHex(4), ...config.events.ring, onFailure });
}

/** The ring, where somebody can ever read it, and one line for each copy of an event; its data is redacted by the log. */
function publisherOf(config: Config, ring: EventRing, log: Logger): Publisher {
  const isRead = config.http.listen !== 'off' || config.webhooks.targets.length > 0;
  return {
    publish: event => {
      if (isRead) ring.publish(event);
      if (log.isLevelEnabled('debug')) log.debug({ event }, event.id);
    },
  };
}

function signallingTo(
  { signalling, engine: { control } }: Config,
  engine: OwnEngine | undefined,
  log: Logger,
): EngineSignalling {
  const servers = signalling.kind === 'drachtio' ? signalling.servers : [];
  const ways = engine === undefined ? servers.map(drachtioWay) : [engine.way];
  return new EngineSignalling({ ways, log, graceMs: control.graceMs });
}

/** Where SIP listens: our own engine has said so, a drachtio-server does when it is there. */
function addressesOf(
  engine: { readonly listeners: readonly Hop[] } | undefined,
  signalling: Signalling,
): () => readonly SocketAddress[] {
  return engine === undefined ? addressesIn(() => signalling.listening) : () => engine.listeners;
}
