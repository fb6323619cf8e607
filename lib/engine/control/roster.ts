import type { After } from './after.ts';
import { Application } from './application.ts';
import type { ClientConnection } from './connection.ts';
import type { EngineLog } from '../log.ts';
import { instanceTagPrefix } from './order.ts';

/** The tag of an application that understands `X-Baton-Octets`: an extension of ours that others never see. */
const octetsTag = 'octets';

export interface RosterOptions {
  readonly graceMs: number;
  readonly after: After;
  readonly log: EngineLog;
  /** Its connection is gone; the grace time begins. */
  readonly onLost: (application: Application) => void;
  /** It did not come back within the grace time. */
  readonly onExpired: (application: Application) => void;
}

/**
 * Who is there, and who may come back.
 *
 *     (unknown) ──arrive──→ present ──leave──→ absent ──graceMs──→ (forgotten)
 *                              ↑                  │
 *                              └──── arrive ──────┘   only with the same instance tag
 */
export class Roster {
  readonly #options: RosterOptions;
  readonly #byIdentity = new Map<string, Application>();
  readonly #byConnection = new Map<ClientConnection, Application>();
  readonly #cancelGrace = new Map<Application, () => void>();
  #arrivals = 0;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  applicationOf(connection: ClientConnection): Application | undefined {
    return this.#byConnection.get(connection);
  }

  get present(): number {
    return this.#byConnection.size;
  }

  /** Away, within their grace time. */
  get absent(): number {
    return this.#cancelGrace.size;
  }

  /** A client has authenticated with these tags. `returned` when its application was known already. */
  arrive(
    connection: ClientConnection,
    tags: readonly string[],
  ): { application: Application; returned: boolean } {
    const identity = identityFrom(tags);
    const known = identity === undefined ? undefined : this.#byIdentity.get(identity);
    // The same process twice: its old connection is one that it has given up, though we have not heard so yet (a
    // broken path, a lost RST). It listens on the new one only, so that one must have the dialogs. Closing the old one
    // also fails what was pending on it: the process can no longer answer that.
    known?.connection?.close('the same instance connected again');
    const application = known ?? this.#create(connection, tags, identity);
    this.#cancelGrace.get(application)?.();
    this.#cancelGrace.delete(application);
    application.connection = connection;
    this.#byConnection.set(connection, application);
    return { application, returned: known !== undefined };
  }

  /** The connection is closed. Nothing happens when it belonged to nobody. */
  leave(connection: ClientConnection): void {
    const application = this.#byConnection.get(connection);
    if (application === undefined) return;
    this.#byConnection.delete(connection);
    application.connection = undefined;
    const cancel = this.#options.after(this.#options.graceMs, () => {
      this.#expire(application);
    });
    this.#cancelGrace.set(application, cancel);
    this.#options.onLost(application);
  }

  /** Forgets everyone; no grace time ends any more. */
  clear(): void {
    for (const cancel of this.#cancelGrace.values()) cancel();
    this.#cancelGrace.clear();
    this.#byIdentity.clear();
    this.#byConnection.clear();
  }

  #create(connection: ClientConnection, tags: readonly string[], identity: string | undefined): Application {
    this.#arrivals += 1;
    const name = `${this.#arrivals} ${tags.length > 0 ? tags.join(',') : connection.name}`;
    const takesOctets = tags.includes(octetsTag);
    const application = new Application({ name, identity, takesOctets, log: this.#options.log });
    if (identity !== undefined) this.#byIdentity.set(identity, application);
    return application;
  }

  #expire(application: Application): void {
    this.#cancelGrace.delete(application);
    if (application.identity !== undefined) this.#byIdentity.delete(application.identity);
    this.#options.onExpired(application);
  }
}

// §6: re-binding needs a tag that is unique to the process: a restarted process would know none of the dialogs. All
// tags count, in any order; the secret is one for all and was checked already.
function identityFrom(tags: readonly string[]): string | undefined {
  if (!tags.some(tag => tag.startsWith(instanceTagPrefix))) return undefined;
  return [...tags].sort().join(',');
}
