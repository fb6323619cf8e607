import { setImmediate as nextTurn } from 'node:timers/promises';
import { Engine } from '../../lib/engine/engine.ts';
import { compareImages, type Image, imageOfFrame, imageOfSip, type Mismatch } from './compare.ts';
import { type Difference, deliberateDifferences } from './deliberate-differences.ts';
import { AppEnd, SipEnd } from './ends.ts';
import type { Inbox } from './inbox.ts';
import { Names } from './names.ts';
import { readSip } from './sip-text.ts';
import type { TraceStep } from './trace.ts';

export interface ReplayOptions {
  readonly name: string;
  readonly steps: readonly TraceStep[];
  /** RFC 3261's T1; small where the trace waits for timers. */
  readonly t1Ms: number;
  /** Nobody is where the UAS should be. */
  readonly uasIsDown: boolean;
}

export interface ReplayResult {
  /** What differed and is not in the table; empty when all agreed. */
  readonly failures: readonly string[];
  /** Lines of the table that this trace showed. */
  readonly differences: ReadonlySet<Difference>;
  /** Messages and frames of the engine that were compared. */
  readonly compared: number;
}

const recordedPorts = { server: 5180, UAC: 6160, UAS: 7170 };
const patienceMs = 3_000;

/** Plays the ends' and the applications' parts of a trace in its order and compares what the engine does. */
export class Player {
  readonly #options: ReplayOptions;
  readonly #engine: Engine;
  readonly #apps = new Map<string, AppEnd>();
  readonly #failures: string[] = [];
  readonly #differences = new Set<Difference>();
  /** Per connection, what was received before: the same again is a retransmission. */
  readonly #heard = new Map<string, Set<string>>();
  readonly #recordedHeard = new Map<string, Set<string>>();
  #ends: Record<'UAC' | 'UAS', SipEnd> | undefined;
  #names = new Names([]);
  #ports = { sip: 0, control: 0 };
  #compared = 0;
  #repeated = 0;
  /** The order differs: nothing after that can be compared. */
  #lost = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#engine = new Engine({
      listen: [
        { protocol: 'udp', address: '127.0.0.1', port: 0 },
        { protocol: 'tcp', address: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: 'cymru' },
      // Timer C is 370*T1 at its default.
      timing: { t1Ms: options.t1Ms, timerCMs: 370 * options.t1Ms },
    });
  }

  async play(): Promise<ReplayResult> {
    try {
      await this.#open();
      for (const step of this.#options.steps) {
        if (this.#lost) break;
        await (step.from === 'server' ? this.#expect(step) : this.#drive(step));
      }
      if (!this.#lost) await this.#expectNoMore();
    } finally {
      await this.#close();
    }
    return { failures: this.#failures, differences: this.#differences, compared: this.#compared };
  }

  async #open(): Promise<void> {
    const { control, listeners } = await this.#engine.start();
    const [udp, tcp] = listeners;
    this.#ends = { UAC: await SipEnd.open(), UAS: await SipEnd.open() };
    this.#ports = { sip: udp?.port ?? 0, control: control.port };
    this.#names = new Names([
      [recordedPorts.server, this.#ports.sip],
      [recordedPorts.server, tcp?.port ?? 0],
      [recordedPorts.UAC, this.#ends.UAC.port],
      [recordedPorts.UAS, this.#ends.UAS.port],
    ]);
    if (this.#options.uasIsDown) this.#ends.UAS.close();
    await this.#openUnrecordedApps();
  }

  /** Most traces begin after the applications had connected. */
  async #openUnrecordedApps(): Promise<void> {
    const { steps } = this.#options;
    const parties = new Set(
      steps.flatMap(({ from, to }) => [from, to]).filter(name => name.startsWith('app')),
    );
    for (const name of [...parties].sort()) {
      if (steps.some(step => step.kind === 'connect' && step.from === name)) continue;
      const app = await AppEnd.open(this.#ports.control);
      this.#apps.set(name, app);
      for (const payload of [`${name}-1|authenticate|cymru|`, `${name}-2|route|invite`]) {
        app.send(payload);
        await app.inbox.next(patienceMs);
      }
    }
  }

  async #close(): Promise<void> {
    for (const app of this.#apps.values()) app.close();
    await this.#engine.stop();
    this.#ends?.UAC.close();
    if (!this.#options.uasIsDown) this.#ends?.UAS.close();
  }

  async #drive(step: TraceStep): Promise<void> {
    if (step.kind === 'sip') {
      const end = this.#ends?.[step.from as 'UAC' | 'UAS'];
      await end?.send(this.#names.messageToLive(step.octets, readSip(step.octets)), this.#ports.sip);
      return;
    }
    if (step.kind === 'connect') this.#apps.set(step.from, await AppEnd.open(this.#ports.control));
    else if (step.kind === 'close') this.#apps.get(step.from)?.close();
    else this.#apps.get(step.from)?.send(this.#frameToLive(step.octets));
  }

  #frameToLive(octets: string): string {
    const payload = octets.slice(octets.indexOf('#') + 1);
    const [line = '', ...rest] = payload.split('\r\n');
    const [id, verb, transaction, ...more] = line.split('|');
    if (verb !== 'sip') return payload;
    const tokens = [
      id,
      verb,
      this.#names.transactionToLive(transaction ?? ''),
      ...more.map(token => this.#names.toLive(token)),
    ];
    return `${tokens.join('|')}\r\n${this.#names.toLive(rest.join('\r\n'))}`;
  }

  async #expect(step: TraceStep): Promise<void> {
    if (step.kind === 'connect' || step.kind === 'close') return;
    if (step.kind === 'sip' && isRepeat(this.#recordedHeard, step.to, step.octets)) {
      await this.#expectRepeat(step);
      return;
    }
    const recorded =
      step.kind === 'sip'
        ? imageOfSip(step.octets)
        : imageOfFrame(step.octets.slice(step.octets.indexOf('#') + 1));
    if (this.#isLeftOut(step.to, recorded)) return;
    if (step.to === 'UAS' && this.#options.uasIsDown) return;
    const live = await this.#nextFor(step, recorded);
    if (live === undefined) {
      this.#lost = true;
      this.#fail(step, `${recorded.signature} to ${step.to} did not come`);
      return;
    }
    this.#compared += 1;
    if (live.signature === recorded.signature) {
      this.#judge(step, recorded, live);
      return;
    }
    if (this.#isInstead(step.to, recorded, live)) return;
    this.#lost = true;
    this.#fail(
      step,
      `${live.signature} came to ${step.to} instead of ${recorded.signature}\n${describe(live)}`,
    );
  }

  /** How often is a matter of timers; that it is repeated at all is compared. */
  async #expectRepeat(step: TraceStep): Promise<void> {
    if (this.#repeated > 0) return;
    const until = Date.now() + patienceMs;
    while (this.#repeated === 0 && Date.now() < until) {
      const octets = await this.#inboxOf(step.to)?.next(patienceMs);
      if (octets === undefined) break;
      if (isRepeat(this.#heard, step.to, octets)) this.#repeated += 1;
      else this.#fail(step, `${imageOfSip(octets).signature} came to ${step.to} instead of a repetition`);
    }
    if (this.#repeated === 0) this.#fail(step, `nothing was repeated to ${step.to}`);
  }

  /** The next that is no retransmission and that the table does not name as something more. */
  async #nextFor(step: TraceStep, recorded: Image): Promise<Image | undefined> {
    for (;;) {
      const octets = await this.#inboxOf(step.to)?.next(patienceMs);
      if (octets === undefined) return undefined;
      if (step.kind === 'sip' && isRepeat(this.#heard, step.to, octets)) {
        this.#repeated += 1;
        continue;
      }
      const image = step.kind === 'sip' ? imageOfSip(octets) : imageOfFrame(octets);
      if (image.signature === recorded.signature || !this.#isExtra(step.to, image)) return image;
    }
  }

  #inboxOf(to: string): Inbox | undefined {
    return to === 'UAC' || to === 'UAS' ? this.#ends?.[to].inbox : this.#apps.get(to)?.inbox;
  }

  #judge(step: TraceStep, recorded: Image, live: Image): void {
    for (const mismatch of compareImages(recorded, live, this.#names)) {
      if (this.#isDeliberate(recorded, mismatch)) continue;
      const { field, recorded: was, live: is } = mismatch;
      this.#fail(
        step,
        `${recorded.signature} to ${step.to}: ${field} is ${JSON.stringify(is)}, was ${JSON.stringify(was)}`,
      );
    }
  }

  #applies(difference: Difference): boolean {
    return difference.traces?.some(name => this.#options.name.startsWith(name)) ?? true;
  }

  #orderDifference(fits: (order: NonNullable<Difference['order']>) => boolean): boolean {
    const difference = deliberateDifferences.find(
      one => this.#applies(one) && one.order !== undefined && fits(one.order),
    );
    if (difference !== undefined) this.#differences.add(difference);
    return difference !== undefined;
  }

  #isLeftOut(to: string, recorded: Image): boolean {
    return this.#orderDifference(
      order => order.to === to && order.live === undefined && order.recorded === recorded.signature,
    );
  }

  #isInstead(to: string, recorded: Image, live: Image): boolean {
    return this.#orderDifference(
      order => order.to === to && order.live === live.signature && order.recorded === recorded.signature,
    );
  }

  #isExtra(to: string, live: Image): boolean {
    return this.#orderDifference(
      order => order.to === to && order.live === live.signature && order.recorded === undefined,
    );
  }

  #isDeliberate(recorded: Image, mismatch: Mismatch): boolean {
    const difference = deliberateDifferences.find(one => {
      if (one.value === undefined || !this.#applies(one)) return false;
      const { of, field, recorded: was, live: is } = one.value;
      return (
        of.test(recorded.signature) &&
        field === mismatch.field &&
        was.test(mismatch.recorded) &&
        is.test(mismatch.live)
      );
    });
    if (difference !== undefined) this.#differences.add(difference);
    return difference !== undefined;
  }

  /** A pong comes after everything else that was under way. */
  async #expectNoMore(): Promise<void> {
    for (const [name, app] of this.#apps) {
      app.send(`${name}-ping|ping`);
      for (;;) {
        const payload = await app.inbox.next(patienceMs);
        if (payload === undefined || payload.includes('|OK|pong')) break;
        this.#judgeExtra(name, imageOfFrame(payload));
      }
    }
    await nextTurn();
    await nextTurn();
    for (const name of ['UAC', 'UAS'] as const) {
      for (const octets of this.#ends?.[name].inbox.takeAll() ?? []) {
        if (!isRepeat(this.#heard, name, octets)) this.#judgeExtra(name, imageOfSip(octets));
      }
    }
  }

  #judgeExtra(to: string, live: Image): void {
    if (!this.#isExtra(to, live))
      this.#failures.push(`after the end: ${live.signature} came to ${to}\n${describe(live)}`);
  }

  #fail(step: TraceStep, what: string): void {
    this.#failures.push(`line ${step.line}: ${what}`);
  }
}

function isRepeat(heard: Map<string, Set<string>>, to: string, octets: string): boolean {
  const before = heard.get(to) ?? new Set();
  heard.set(to, before);
  if (before.has(octets)) return true;
  before.add(octets);
  return false;
}

function describe(image: Image): string {
  const lines = image.sip?.headers.map(([name, value]) => `    ${name}: ${value}`) ?? [];
  return [image.tokens.join('|'), image.sip?.startLine ?? '', ...lines]
    .filter(line => line !== '')
    .join('\n');
}
