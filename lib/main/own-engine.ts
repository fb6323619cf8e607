import { allowedMethods } from '../call/relay/capabilities.ts';
import type { Config } from '../config.ts';
import { Engine, type EngineOptions } from '../engine/engine.ts';
import { randomHex } from '../engine/random.ts';
import { SipEngine, type SipEngineOptions } from '../engine/sip-engine.ts';
import { formatHop, formatSocketAddress } from '../engine/transport/address.ts';
import type { Hop } from '../engine/transport/transport.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { Admission } from '../routing/admission.ts';
import { compileSources } from '../routing/who-is.ts';
import { directWay, drachtioWay, type EngineWay, SoleApplication } from '../signalling/ways.ts';
import { type Running, Started } from './started.ts';

/** The embedded engine as `baton serve` has it. */
export interface OwnEngine {
  readonly way: EngineWay;
  readonly listeners: readonly Hop[];
  countUnfinished(): number;
}

/** `engine`: behind a control port of its own, ephemeral, on loopback, with a random secret. `direct`: without one. */
export async function startEngine(
  config: Config,
  log: Logger,
  started: Started,
  metrics: Metrics,
): Promise<OwnEngine> {
  const options = { ...engineOptions(config, log), ...accessOptions(config, log) };
  const { engine, way, listeners } =
    config.signalling.kind === 'direct'
      ? await startDirect(options)
      : await startControlled({ ...options, graceMs: config.engine.control.graceMs });
  started.add(() => engine.stop());
  metrics.readEngine({
    counters: engine.counters,
    gauges: () => {
      const counts = engine.counts();
      return {
        ...counts,
        admittedShare: engine.admittedShare,
        transactions: counts.serverTransactions + counts.clientTransactions,
      };
    },
  });
  return { way, listeners, countUnfinished: () => engine.countUnfinished() };
}

async function startDirect(options: Omit<SipEngineOptions, 'applications'>) {
  const application = new SoleApplication();
  const engine = new SipEngine({ ...options, applications: application });
  return { engine, way: directWay(engine.core, application), listeners: await engine.start() };
}

async function startControlled(options: Omit<EngineOptions, 'control'>) {
  const secret = randomHex(32);
  const engine = new Engine({ ...options, control: { host: '127.0.0.1', port: 0, secret } });
  const { control, listeners } = await engine.start();
  return { engine, way: drachtioWay({ ...control, secret, keepsDialogs: true }), listeners };
}

/** Who may call: strangers are met before anything is kept of them. */
function accessOptions(config: Config, log: Logger): Pick<EngineOptions, 'allow' | 'admit'> {
  const admission = new Admission({ sources: compileSources(config) });
  return {
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
  };
}

/** `baton engine`: the engine alone, for any drachtio application. It waits for nobody to start. */
export async function runEngine(config: Config, log: Logger, asked: AbortSignal): Promise<Running> {
  asked.throwIfAborted();
  const { listen, secret, graceMs } = config.engine.control;
  const engine = new Engine({
    ...engineOptions(config, log),
    graceMs,
    control: { host: listen.address, port: listen.port, secret },
  });
  const { control, listeners } = await engine.start();
  const started = new Started();
  started.add(() => engine.stop());
  const address = formatSocketAddress({ address: control.host, port: control.port });
  log.info({ sip: listeners.map(formatHop), control: address }, 'ready');
  return started;
}

function engineOptions(config: Config, log: Logger): Omit<SipEngineOptions, 'applications'> {
  const { sip } = config;
  return {
    listen: sip.listen,
    external: sip.external,
    timing: { t1Ms: sip.t1Ms, t2Ms: sip.t2Ms, t4Ms: sip.t4Ms, timerCMs: sip.timerCMs },
    limits: { maxMessageBytes: sip.maxMessageBytes },
    maxServerTransactions: sip.maxServerTransactions,
    maxDelayMs: sip.maxDelayMs,
    streams: sip.tcp,
    log,
  };
}
