import { Engine } from '../../lib/engine/engine.ts';
import { AppEnd, SipEnd } from './ends.ts';
import type { Inbox } from './inbox.ts';
import { Names } from './names.ts';
import type { TraceStep } from './trace.ts';

export interface ReplayOptions {
  readonly name: string;
  readonly steps: readonly TraceStep[];
  /** RFC 3261's T1; small where the trace waits for timers. */
  readonly t1Ms: number;
  /** Nobody is where the UAS should be. */
  readonly uasIsDown: boolean;
}

const recordedPorts = { server: 5180, UAC: 6160, UAS: 7170 };
const patienceMs = 3_000;

/** The engine in the place of the recorded server, and the ends and applications around it. */
export class ReplayStage {
  readonly names: Names;
  readonly apps = new Map<string, AppEnd>();
  readonly #engine: Engine;
  readonly #ends: ReadonlyMap<string, SipEnd>;
  readonly #ports: { readonly sip: number; readonly control: number };

  private constructor(
    engine: Engine,
    ends: Record<'UAC' | 'UAS', SipEnd>,
    ports: { udp: number; tcp: number; control: number },
  ) {
    this.#engine = engine;
    this.#ends = new Map(Object.entries(ends));
    this.#ports = { sip: ports.udp, control: ports.control };
    this.names = new Names([
      [recordedPorts.server, ports.udp],
      [recordedPorts.server, ports.tcp],
      [recordedPorts.UAC, ends.UAC.port],
      [recordedPorts.UAS, ends.UAS.port],
    ]);
  }

  static async open({ steps, t1Ms, uasIsDown }: ReplayOptions): Promise<ReplayStage> {
    const listen = (['udp', 'tcp'] as const).map(protocol => ({ protocol, address: '127.0.0.1', port: 0 }));
    const control = { host: '127.0.0.1', port: 0, secret: 'cymru' };
    // Timer C is 370*T1 at its default.
    const engine = new Engine({ listen, control, timing: { t1Ms, timerCMs: 370 * t1Ms } });
    const started = await engine.start();
    const [udp = 0, tcp = 0] = started.listeners.map(({ port }) => port);
    const ends = { UAC: await SipEnd.open(), UAS: await SipEnd.open() };
    const stage = new ReplayStage(engine, ends, { udp, tcp, control: started.control.port });
    if (uasIsDown) ends.UAS.close();
    await stage.#openUnrecordedApps(steps);
    return stage;
  }

  /** An application connects. */
  async connect(name: string): Promise<AppEnd> {
    const app = await AppEnd.open(this.#ports.control);
    this.apps.set(name, app);
    return app;
  }

  async sendSip(from: string, octets: string): Promise<void> {
    await this.#ends.get(from)?.send(octets, this.#ports.sip);
  }

  inboxOf(name: string): Inbox {
    const inbox = (this.#ends.get(name) ?? this.apps.get(name))?.inbox;
    if (inbox === undefined) throw new Error(`nobody is called ${name} in this trace`);
    return inbox;
  }

  async close(): Promise<void> {
    for (const app of this.apps.values()) app.close();
    await this.#engine.stop();
    for (const end of this.#ends.values()) end.close();
  }

  /** Most traces begin after the applications had connected. */
  async #openUnrecordedApps(steps: readonly TraceStep[]): Promise<void> {
    const all = new Set(steps.flatMap(({ from, to }) => [from, to]).filter(name => name.startsWith('app')));
    for (const name of [...all].sort()) {
      if (steps.some(step => step.kind === 'connect' && step.from === name)) continue;
      const app = await this.connect(name);
      for (const payload of [`${name}-1|authenticate|cymru|`, `${name}-2|route|invite`]) {
        app.send(payload);
        await app.inbox.next(patienceMs);
      }
    }
  }
}
