import { randomUUID } from 'node:crypto';
import type { ClientConnection } from './connection.ts';
import type { Delivery, Owner } from './owner.ts';
import { deliveryPayload } from './reply.ts';

/** An application: the owner of dialogs, with a connection or, for a grace time, without one. */
export class Application implements Owner {
  readonly name: string;
  /** Equal for the same running process; undefined when it cannot be recognised again. */
  readonly identity: string | undefined;
  connection: ClientConnection | undefined;

  constructor(name: string, identity: string | undefined) {
    this.name = name;
    this.identity = identity;
  }

  get present(): boolean {
    return this.connection?.isOpen === true;
  }

  deliver(delivery: Delivery): boolean {
    const { connection } = this;
    if (connection === undefined || !connection.isOpen) return false;
    return connection.write(deliveryPayload(randomUUID(), delivery));
  }
}
