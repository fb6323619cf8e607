import { allowedMethods } from '../call/relay/capabilities.ts';
import type { Config } from '../config.ts';
import { Engine, type EngineOptions } from '../engine/engine.ts';
import { randomHex } from '../engine/random.ts';
import { formatHop, formatSocketAddress } from '../engine/transport/address.ts';
import type { Hop } from '../engine/transport/transport.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { Admission } from '../routing/admission.ts';
import { compileSources } from '../routing/who-is.ts';
import type { ServerAddress } from '../signalling/signalling-url.ts';
import { type Running, Started } from './started.ts';

/** The embedded engine with a control port of its own: ephemeral, on loopback, behind a random secret. */
export async function startEngine(
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
