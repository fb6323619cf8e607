import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { BatonProcess } from '../../support/baton-process.ts';
import { freePort, releasePorts } from '../../support/free-ports.ts';
import { type Sample, sumOf } from '../../support/prometheus-text.ts';
import { Rtpengine } from '../../support/rtpengine.ts';
import { exchangeRaw } from './scenario-raw.ts';
import {
  excerptLength,
  judgeLog,
  judgeMetrics,
  judgeReceiver,
  judgeSipp,
  judgeSubscriber,
  type Played,
} from './scenario-judge.ts';
import { StoryReceiver } from './scenario-receiver.ts';
import { StorySteps } from './scenario-steps.ts';
import { configText, type Party, type Story } from './scenario-story.ts';
import { StorySubscriber } from './scenario-subscriber.ts';
import { SilentTarget } from './silent-target.ts';
import { portTaken, type SippProcess, startSipp } from '../../support/sipp.ts';
import { fillIn } from './words.ts';

export interface StoryResult {
  /** Why it cannot run on this machine. */
  readonly skipped?: string;
  /** What was not as told; empty when all was. */
  readonly failures: readonly string[];
  /** SIPp's traces, kept when something failed. */
  readonly folder?: string;
}

/** The configuration all stories start from: nothing of it may change what a story shows. */
const defaults = { node: 'story', log: { level: 'info' } };

/** What stands behind Baton's signalling; undefined: the default. */
const signalling = process.env['STORY_SIGNALLING'];

/** The address everything of a story is bound to, or undefined when this machine has none such. */
function addressFor(story: Story): string | undefined {
  const family = story.ip === 4 ? 'IPv4' : 'IPv6';
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
  const loopback = story.address === 'loopback';
  const usable = all.filter(
    one => one.family === family && one.internal === loopback && !one.address.startsWith('fe80'),
  );
  return usable[0]?.address;
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Everything one run of a story has started or claimed. */
class Stage {
  readonly failures: string[] = [];
  readonly address: string;
  readonly folder: string;
  readonly #story: Story;
  readonly #ports: number[] = [];
  /** `{target}`, `{target-2}`, …: `host:port` of each UAS. */
  #targets: ReadonlyMap<string, string> = new Map();
  readonly #sipps: SippProcess[] = [];
  readonly #receivers = new Map<string, StoryReceiver>();
  #baton: BatonProcess | undefined;
  #silent: SilentTarget | undefined;
  #rtpengine: Rtpengine | undefined;

  constructor(story: Story, address: string, folder: string) {
    this.#story = story;
    this.address = address;
    this.folder = folder;
  }

  async play(): Promise<void> {
    const story = this.#story;
    const targetPorts = await this.#claim(Math.max(1, story.uas?.length ?? 0));
    this.#targets = targetWords(targetPorts.map(port => `${hostOf(this.address)}:${port}`));
    const callees = await this.#startCallees(targetPorts);
    for (const [name, receiver] of Object.entries(story.receivers))
      this.#receivers.set(name, await StoryReceiver.open(receiver));
    if (story.rtpengine) this.#rtpengine = await Rtpengine.start();
    const sipPort = await this.#port();
    const baton = await this.#startBaton(sipPort, targetPorts);
    const before = await baton.metrics();
    const subscribers = await this.#subscribe(baton);
    this.failures.push(...(await exchangeRaw(story.raw, { address: this.address, port: sipPort })));
    const steps = new StorySteps({
      baton,
      before,
      subscribers,
      receivers: this.#receivers,
      timeoutMs: story.timeoutMs,
    });
    await steps.run(story.prepare);
    const caller = await this.#startCaller(sipPort);
    await this.#playSteps(steps, caller);
    if (caller !== undefined) this.failures.push(...judgeSipp(await caller.outcome, story.uac, steps));
    await this.#judgeCallees(callees, steps);
    await this.#judgeBaton(baton, before);
    const kept = (await this.#rtpengine?.calls()) ?? [];
    if (kept.length > 0) this.failures.push(`rtpengine still has ${kept.join(', ')}`);
    await this.#judgeEnding(baton, subscribers);
    for (const [name, subscriber] of subscribers)
      this.failures.push(...judgeSubscriber(name, subscriber, subscriber.story, steps));
    for (const [name, receiver] of this.#receivers)
      this.failures.push(...judgeReceiver(name, receiver, receiver.story, steps));
  }

  /** Something that should always work did not. */
  break(error: unknown): void {
    this.failures.push(`${inspect(error)}\n${this.#baton?.lastWords ?? ''}`);
  }

  async clear(): Promise<void> {
    for (const sipp of this.#sipps) sipp.kill();
    await Promise.all(this.#sipps.map(sipp => sipp.outcome));
    if (this.#baton?.running === true) await this.#baton.stop('SIGKILL');
    this.#silent?.stop();
    await this.#rtpengine?.stop();
    await Promise.all([...this.#receivers.values()].map(receiver => receiver.close()));
    releasePorts(this.#ports);
  }

  /** The first of `count` in a row. */
  async #port(count = 1): Promise<number> {
    const port = await freePort(this.address, count);
    for (let at = 0; at < count; at += 1) this.#ports.push(port + at);
    return port;
  }

  async #claim(count: number): Promise<number[]> {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await this.#port());
    return ports;
  }

  async #startSipp(
    name: string,
    scenario: string,
    party: Party,
    port: number,
    remote?: string,
  ): Promise<SippProcess> {
    const story = this.#story;
    const sipp = await startSipp({
      name,
      scenario,
      folder: join(this.folder, name),
      address: this.address,
      port,
      mediaPort: await this.#port(4),
      controlPort: await this.#port(),
      ...(remote === undefined ? {} : { remote }),
      transport: party.transport ?? story.transport,
      calls: party.calls ?? story.calls,
      rate: story.rate,
      lossPercent: story.lossPercent,
      timeoutMs: story.timeoutMs,
      args: party.args.map(arg => fillIn(arg, this.#targets)),
    });
    this.#sipps.push(sipp);
    return sipp;
  }

  async #startCallees(ports: readonly number[]): Promise<SippProcess[]> {
    const story = this.#story;
    const callees: SippProcess[] = [];
    for (const [at, party] of (story.uas ?? []).entries()) {
      const name = at === 0 ? 'uas' : `uas-${at + 1}`;
      callees.push(await this.#startSipp(name, story.uasScenarios[at] ?? '', party, ports[at] ?? 0));
      if (!(await portTaken(ports[at] ?? 0))) this.failures.push(`${name}: SIPp did not come up`);
    }
    if (callees.length === 0) this.#silent = await SilentTarget.start(this.address);
    return callees;
  }

  async #startCaller(sipPort: number): Promise<SippProcess | undefined> {
    const { uacScenario, uac } = this.#story;
    if (uacScenario === undefined) return undefined;
    return this.#startSipp('uac', uacScenario, uac, await this.#port(), `${hostOf(this.address)}:${sipPort}`);
  }

  /** Those who are there from the start, and those who come later. */
  async #subscribe(baton: BatonProcess): Promise<Map<string, StorySubscriber>> {
    const { subscribers, steps } = this.#story;
    const isLate = (name: string) =>
      steps.find(({ subscribe, leave }) => [subscribe, leave].includes(name))?.subscribe === name;
    const all = Object.entries(subscribers).map(
      ([name, one]) => [name, new StorySubscriber(one, baton.httpUrl)] as const,
    );
    for (const [name, subscriber] of all) if (!isLate(name)) await subscriber.subscribe(new Map());
    return new Map(all);
  }

  /** What one side fails to do the other need not wait for. */
  async #playSteps(steps: StorySteps, caller: SippProcess | undefined): Promise<void> {
    const { steps: wanted, uac } = this.#story;
    void caller?.outcome.then(({ exit }) => exit === uac.exit || steps.abandon());
    await steps.run(wanted);
    this.failures.push(...steps.failures);
    if (steps.failures.length > 0) for (const sipp of this.#sipps) sipp.kill();
  }

  /** Words of config.yaml: `{target}`, `{target-2}`, …: `host:port` of each UAS; `{nobody}`: where no one listens. */
  async #words(targets: readonly string[], sipPort: number): Promise<Map<string, string>> {
    const nobody = `${hostOf(this.address)}:${await this.#port()}`;
    const receivers = [...this.#receivers].flatMap(([name, { url, secret }]) => [
      [`receiver-${name}`, url] as const,
      [`secret-${name}`, secret] as const,
    ]);
    return new Map([
      ...targetWords(targets),
      ...receivers,
      ['nobody', nobody],
      ...(this.#rtpengine === undefined ? [] : [['rtpengine', this.#rtpengine.ng] as const]),
      ['baton', `${hostOf(this.address)}:${sipPort}`],
      ['address', this.address],
    ]);
  }

  async #startBaton(sipPort: number, targetPorts: readonly number[]): Promise<BatonProcess> {
    const host = hostOf(this.address);
    const httpPort = await freePort();
    this.#ports.push(httpPort);
    const ports = this.#silent === undefined ? targetPorts : [this.#silent.port];
    const targets = ports.map(port => `${host}:${port}`);
    const config = join(this.folder, 'baton.yaml');
    await writeFile(config, configText(this.#story, await this.#words(targets, sipPort), defaults));
    const transport = this.#story.uas?.[0]?.transport ?? this.#story.transport;
    this.#baton = await BatonProcess.start({
      config,
      env: {
        ...(signalling !== undefined && { BATON_SIGNALLING: signalling }),
        BATON_SIP_LISTEN: `udp:${host}:${sipPort},tcp:${host}:${sipPort}`,
        BATON_HTTP_LISTEN: `127.0.0.1:${httpPort}`,
        BATON_TARGET: `sip:${targets[0] ?? ''}${transport === 'tcp' ? ';transport=tcp' : ''}`,
      },
      httpUrl: `http://127.0.0.1:${httpPort}`,
      ...(this.#story.baton.token !== undefined && { httpToken: this.#story.baton.token }),
    });
    return this.#baton;
  }

  /** The caller is through: a callee that still waits has missed something, and need not wait for its own timeout. */
  async #judgeCallees(callees: readonly SippProcess[], played: Played): Promise<void> {
    const hopeless = this.failures.length > 0;
    const patience = setTimeout(() => hopeless && callees.forEach(callee => callee.kill()), 2_000);
    const outcomes = await Promise.all(callees.map(callee => callee.outcome));
    clearTimeout(patience);
    for (const [at, outcome] of outcomes.entries()) {
      const party = this.#story.uas?.[at];
      if (party !== undefined) this.failures.push(...judgeSipp(outcome, party, played));
    }
    const heard = this.#silent?.heard ?? [];
    if (heard.length > 0) this.failures.push(`the target must hear nothing, and heard ${heard.join(', ')}`);
  }

  async #judgeBaton(baton: BatonProcess, before: readonly Sample[]): Promise<void> {
    const { calls, metrics } = this.#story.baton;
    const left = await this.#settled(baton, calls);
    if (left !== calls) this.failures.push(`GET /v1/calls: ${left} calls left instead of ${calls}`);
    const after = await baton.metrics();
    this.failures.push(...judgeMetrics(before, after, metrics));
    const dialogs = sumOf(after, 'baton_engine_dialogs');
    if (calls === 0 && dialogs !== 0) this.failures.push(`${dialogs} dialogs left in the engine`);
  }

  async #settled(baton: BatonProcess, calls: number): Promise<number> {
    const until = Date.now() + this.#story.settleMs;
    for (;;) {
      const left = (await baton.calls()).length;
      const dialogs = sumOf(await baton.metrics(), 'baton_engine_dialogs');
      if ((left === calls && (calls > 0 || dialogs === 0)) || Date.now() > until) return left;
      await delay(50);
    }
  }

  /** A stop hands over what is there, and ends every stream: after it everybody has been told everything. */
  async #judgeEnding(baton: BatonProcess, subscribers: ReadonlyMap<string, StorySubscriber>): Promise<void> {
    const finished = [...subscribers.values()].map(subscriber => subscriber.finish());
    const [{ code, signal }] = await Promise.all([baton.stop(), ...finished]);
    if (code !== 0) this.failures.push(`SIGTERM: Baton ended with ${code ?? signal} instead of 0`);
    if (baton.stderr !== '') this.failures.push(`standard error: ${baton.stderr.slice(0, excerptLength)}`);
    for (const text of baton.strayOutput.slice(0, 5)) this.failures.push(`no JSON: ${text}`);
    this.failures.push(...judgeLog(baton.log, this.#story.baton));
  }
}

/** Plays one story: SIPp on both sides, Baton between them, everything started for it and ended after it. */
export async function runStory(story: Story): Promise<StoryResult> {
  const address = addressFor(story);
  if (address === undefined)
    return { skipped: `this machine has no ${story.address} IPv${story.ip} address`, failures: [] };
  const folder = await mkdtemp(join(tmpdir(), `baton-${story.name}-`));
  const stage = new Stage(story, address, folder);
  try {
    await stage.play();
  } catch (error) {
    stage.break(error);
  } finally {
    await stage.clear();
  }
  if (stage.failures.length > 0) return { failures: stage.failures, folder };
  await rm(folder, { recursive: true, force: true });
  return { failures: [] };
}

function targetWords(targets: readonly string[]): ReadonlyMap<string, string> {
  return new Map(targets.map((target, at) => [at === 0 ? 'target' : `target-${at + 1}`, target]));
}
