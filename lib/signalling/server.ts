import type { Leg } from './leg.ts';
import type { EngineConnection } from './wire.ts';

/** One SIP engine behind its control connection, and the legs whose dialogs it holds. */
export class Server {
  readonly name: string;
  /** Whether it gives dialogs back after the connection was lost; undefined: its version tells. */
  readonly keepsDialogs: boolean | undefined;
  readonly legs = new Set<Leg>();
  /** Call-ID and From tag are the same on both legs when a call passes two of our engines: so one table each. */
  readonly byDialog = new Map<string, Leg>();
  /** `proto/host:port` as advertised, while connected or after. */
  hostports: readonly string[] = [];
  wasUp = false;
  /** Stops the wait for its return. */
  stopWaiting: (() => void) | undefined;
  #connection: EngineConnection | undefined;

  constructor(name: string, keepsDialogs: boolean | undefined) {
    this.name = name;
    this.keepsDialogs = keepsDialogs;
  }

  get connection(): EngineConnection {
    if (this.#connection === undefined) throw new Error(`${this.name} has no connection`);
    return this.#connection;
  }

  set connection(connection: EngineConnection) {
    this.#connection = connection;
  }
}
