import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { LegId, Payload, RequestId, SignallingEffect } from '../../lib/call/signal.ts';
import { Engine, type EngineOptions } from '../../lib/engine/engine.ts';
import { SipEngine, type SipEngineCounts } from '../../lib/engine/sip-engine.ts';
import { EngineSignalling } from '../../lib/signalling/engine-signalling.ts';
import { directWay, drachtioWay, type EngineWay, SoleApplication } from '../../lib/signalling/ways.ts';
import type { SignallingLog } from '../../lib/signalling/wire.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../../support/free-ports.ts';
import { SignalRecorder } from '../support/signal-recorder.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import { AgentDialog, type MessageContent, SipAgent } from '../../support/sip-agent.ts';
import type { SipText } from '../../support/sip-text.ts';
import { knownDifferences, type KnownDifference } from './known-differences.ts';

/** A SIP engine that the contract is held against. */
interface Backend {
  readonly way: EngineWay;
  /** Between the adapter and the engine's control port, where there is one. */
  readonly relay?: TcpRelay;
  readonly sipPort: number;
  /** Nothing open, as far as the engine tells. */
  idle(): boolean;
  /** Everything it keeps, transactions included; undefined when it does not tell. */
  kept(): number | undefined;
  /** Ends and starts again, with nothing remembered, where it was. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export type BackendName = 'embedded engine' | 'direct engine' | 'drachtio-server';

const secret = 'contract';
const drachtioBinary = findOnPath('drachtio');

/** Engines behind a control connection, that can be lost: the embedded one always; a real drachtio-server when its binary is on PATH. */
export const remoteBackendNames: readonly BackendName[] =
  drachtioBinary === undefined ? ['embedded engine'] : ['embedded engine', 'drachtio-server'];
/** Those, and the embedded engine driven by calls. */
export const backendNames: readonly BackendName[] = [...remoteBackendNames, 'direct engine'];

const empty: Payload = { headers: [] };
const silent = (): void => undefined;
const silentLog: SignallingLog = { debug: silent, info: silent, warn: silent, error: silent };

type StageOptions = Pick<EngineOptions, 'timing' | 'graceMs'>;

/** Alice calls, Bob is called; between them the adapter and an engine; the recorder is told and orders. */
export class Stage {
  readonly name: BackendName;
  readonly alice: SipAgent;
  readonly bob: SipAgent;
  readonly told = new SignalRecorder();
  readonly signalling: EngineSignalling;
  readonly #backend: Backend;
  #requests = 0;

  private constructor(options: {
    readonly name: BackendName;
    readonly backend: Backend;
    readonly agents: readonly [SipAgent, SipAgent];
  }) {
    const { name, backend } = options;
    this.name = name;
    this.#backend = backend;
    [this.alice, this.bob] = options.agents;
    this.signalling = new EngineSignalling({ ways: [backend.way], log: silentLog });
  }

  static async open(name: BackendName, options: StageOptions = {}): Promise<Stage> {
    const backend = await startBackend(name, options);
    const agents = [await SipAgent.open('alice'), await SipAgent.open('bob')] as const;
    const stage = new Stage({ name, backend, agents });
    await stage.signalling.start(stage.told);
    return stage;
  }

  async close(): Promise<void> {
    await this.signalling.stop();
    await this.#backend.relay?.stop();
    await this.#backend.stop();
    await Promise.all([this.alice.close(), this.bob.close()]);
  }

  get relay(): TcpRelay {
    if (this.#backend.relay === undefined) throw new Error(`the ${this.name} has no control connection`);
    return this.#backend.relay;
  }

  /** Whether this engine is known to do otherwise. */
  differs(difference: KnownDifference): boolean {
    return knownDifferences[difference].of === this.name;
  }

  get uri(): string {
    return `sip:900@127.0.0.1:${this.#backend.sipPort}`;
  }

  async restartEngine(): Promise<void> {
    await this.#backend.restart();
  }

  /** Everything the engine keeps, transactions included; undefined when it does not tell. */
  get keptByEngine(): number | undefined {
    return this.#backend.kept();
  }

  perform(effect: SignallingEffect): void {
    this.signalling.perform(effect);
  }

  /** Nothing is left of any call: neither in the adapter nor, as far as it tells, in the engine. */
  async idle(): Promise<void> {
    await eventually(() => {
      const { legs, operations, libraryEntries } = this.signalling.openCounts;
      return legs + operations + libraryEntries === 0 && this.#backend.idle();
    }, 'no leg, no operation, no dialog is left');
  }

  /** Alice's INVITE and the leg it makes. */
  async invited(content: MessageContent = {}): Promise<{ invite: SipText; leg: LegId }> {
    const invite = this.alice.request('INVITE', this.uri, content);
    const { leg } = await this.told.next('invited');
    return { invite, leg };
  }

  /** Orders an INVITE to Bob and gives what he gets. */
  async inviteBob(leg: LegId, payload: Payload = empty): Promise<SipText> {
    this.orderInvite(leg, payload);
    return this.bob.expect('INVITE');
  }

  orderInvite(leg: LegId, payload: Payload = empty): void {
    const requestUri = this.bob.uri;
    const from = '"Alice" <sip:alice@localhost>';
    const to = `<${requestUri}>`;
    this.perform({ do: 'invite', leg, requestUri, from, to, contactUser: 'alice', maxForwards: 69, payload });
  }

  /** A caller leg that is up. */
  async callerLeg(): Promise<{ leg: LegId; dialog: AgentDialog }> {
    const { leg } = await this.invited({ body: sdp('alice') });
    this.perform({ do: 'answer', leg, status: 200, payload: sdpPayload('baton') });
    const answer = await this.alice.expect('200 INVITE');
    const dialog = AgentDialog.calling(this.alice, answer);
    dialog.ack(answer);
    await this.told.next('acknowledged', leg);
    return { leg, dialog };
  }

  /** A callee leg that is up. */
  async calleeLeg(leg: LegId): Promise<{ leg: LegId; dialog: AgentDialog }> {
    const invite = await this.inviteBob(leg, sdpPayload('baton'));
    this.bob.respond(invite, 200, { body: sdp('bob') });
    await this.told.next('answered', leg);
    this.perform({ do: 'acknowledge', leg, payload: empty });
    await this.bob.expect('ACK');
    return { leg, dialog: AgentDialog.called(this.bob, invite) };
  }

  newRequestId(): RequestId {
    this.#requests += 1;
    return `request-${this.#requests}` as RequestId;
  }
}

export function sdp(name: string): string {
  return `v=0\r\no=${name} 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n`;
}

export function sdpPayload(name: string): Payload {
  return { headers: [], body: { contentType: 'application/sdp', content: sdp(name) } };
}

const listen = [{ protocol: 'udp', address: '127.0.0.1', port: 0 } as const];

function startBackend(name: BackendName, options: StageOptions): Promise<Backend> {
  switch (name) {
    case 'embedded engine':
      return startEngine(options);
    case 'direct engine':
      return startDirect(options);
    case 'drachtio-server':
      return startDrachtio();
  }
}

async function relayed(
  control: { readonly host: string; readonly port: number },
  keepsDialogs: boolean,
): Promise<Required<Pick<Backend, 'way' | 'relay'>>> {
  const relay = new TcpRelay(control);
  return { relay, way: drachtioWay({ ...(await relay.start()), secret, keepsDialogs }) };
}

/** Transactions linger until their timers end (RFC 3261 §17): dialogs and what they wait for must not. */
const isIdle = ({ dialogs, requestsOpen, acksAwaited }: SipEngineCounts): boolean =>
  dialogs + requestsOpen + acksAwaited === 0;

const sum = (counts: object): number =>
  Object.values(counts as Record<string, number>).reduce((total, count) => total + count, 0);

async function startDirect({ timing }: StageOptions): Promise<Backend> {
  const application = new SoleApplication();
  const engine = new SipEngine({
    listen,
    applications: application,
    ...(timing !== undefined && { timing }),
  });
  const [listener] = await engine.start();
  return {
    way: directWay(engine.core, application),
    sipPort: listener?.port ?? 0,
    idle: () => isIdle(engine.counts()),
    kept: () => sum(engine.counts()),
    restart: () => Promise.reject(new Error('it ends with its application')),
    stop: () => engine.stop(),
  };
}

async function startEngine(options: StageOptions): Promise<Backend> {
  let engine = new Engine({ listen, control: { host: '127.0.0.1', port: 0, secret }, ...options });
  const { control, listeners } = await engine.start();
  return {
    ...(await relayed(control, true)),
    sipPort: listeners[0]?.port ?? 0,
    idle: () => isIdle(engine.counts()),
    kept: () => {
      const { owners, ...kept } = engine.counts();
      return owners === 1 ? sum(kept) : -1;
    },
    restart: async () => {
      await engine.stop();
      engine = new Engine({ listen: listeners, control: { ...control, secret }, ...options });
      await engine.start();
    },
    stop: async () => engine.stop(),
  };
}

async function startDrachtio(): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-drachtio-'));
  const config = join(folder, 'drachtio.conf.xml');
  // Obligatory; the options below override what it says.
  writeFileSync(config, '<drachtio><admin port="9022" secret="none">127.0.0.1</admin></drachtio>\n');
  const sipPort = await freePort();
  const controlPort = await freePort();
  const contact = `sip:127.0.0.1:${sipPort};transport=udp`;
  const control = ['--address', '127.0.0.1', '--port', String(controlPort), '--secret', secret];
  const levels = ['--loglevel', 'notice', '--sofia-loglevel', '1'];
  const run = (): ChildProcess =>
    spawn(drachtioBinary ?? 'drachtio', ['-f', config, '--contact', contact, ...control, ...levels], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH },
    });
  let server = run();
  // Also when a test ends the process.
  const onExit = (): void => {
    server.kill('SIGKILL');
  };
  process.once('exit', onExit);
  return {
    ...(await relayed({ host: '127.0.0.1', port: controlPort }, false)),
    sipPort,
    idle: () => true,
    kept: () => undefined,
    restart: async () => {
      await ended(server);
      server = run();
    },
    stop: async () => {
      process.off('exit', onExit);
      await ended(server);
      rmSync(folder, { recursive: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function findOnPath(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The next folder.
    }
  }
  return undefined;
}
