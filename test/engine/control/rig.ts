import { ControlServer, type ControlServerOptions } from '../../../lib/engine/control/control-server.ts';
import { EngineCounters } from '../../../lib/engine/counters.ts';
import { ControlClient } from '../../support/control-client.ts';
import { FakeTime, RecordingCore, RecordingLog } from './doubles.ts';

export const secret = 'cymru';
export const instanceTag = 'instance:866e04b0-87f2-45a9-9e67-27d9964cae88';

/** A control server on a free port with a recording core, a standing clock, and its clients. */
export class Rig {
  readonly core = new RecordingCore();
  readonly time = new FakeTime();
  readonly log = new RecordingLog();
  readonly counters = new EngineCounters();
  readonly server: ControlServer;
  readonly #clients: ControlClient[] = [];
  host = '127.0.0.1';
  port = 0;

  private constructor(options: Partial<ControlServerOptions>) {
    this.server = new ControlServer({
      host: this.host,
      port: 0,
      secret,
      counters: this.counters,
      log: this.log,
      after: this.time.after,
      ...options,
    });
    this.server.attach(this.core);
  }

  static async start(options: Partial<ControlServerOptions> = {}): Promise<Rig> {
    const rig = new Rig(options);
    ({ host: rig.host, port: rig.port } = await rig.server.start());
    return rig;
  }

  /** A client that has only connected. */
  async stranger(): Promise<ControlClient> {
    const client = await ControlClient.connect({ host: this.host, port: this.port });
    this.#clients.push(client);
    return client;
  }

  /** A client that has authenticated and registered for these methods. */
  async client(
    options: { tags?: readonly string[]; methods?: readonly string[] } = {},
  ): Promise<ControlClient> {
    const client = await this.stranger();
    await client.authenticate(secret, options.tags);
    for (const method of options.methods ?? []) await client.route(method);
    return client;
  }

  async stop(): Promise<void> {
    const stopped = this.server.stop();
    await Promise.all(this.#clients.map(client => client.close()));
    await stopped;
  }
}
