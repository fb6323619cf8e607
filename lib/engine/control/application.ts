import { randomUUID } from 'node:crypto';
import type { ClientConnection } from './connection.ts';
import type { EngineLog } from '../log.ts';
import type { Delivery, Owner } from './owner.ts';
import { deliveryPayload } from './reply.ts';

/** An application: the owner of dialogs, with a connection or, for a grace time, without one. */
export class Application implements Owner {
  readonly name: string;
  /** Equal for the same running process; undefined when it cannot be recognised again. */
  readonly identity: string | undefined;
  /** It understands bodies that are no text. */
  readonly takesOctets: boolean;
  connection: ClientConnection | undefined;
  readonly #log: EngineLog;

  constructor(options: { name: string; identity: string | undefined; takesOctets: boolean; log: EngineLog }) {
    const { name, identity, takesOctets, log } = options;
    this.name = name;
    this.identity = identity;
    this.takesOctets = takesOctets;
    this.#log = log;
  }

  get present(): boolean {
    return this.connection?.isOpen === true;
  }

  deliver(delivery: Delivery): boolean {
    const { connection } = this;
    if (connection === undefined || !connection.isOpen) return false;
    try {
      return connection.write(deliveryPayload(randomUUID(), delivery, this.takesOctets));
    } catch (error) {
      // Text that would break the frame: to the core it is a message that did not arrive.
      this.#log.error(
        { application: this.name, dialogId: delivery.dialogId, err: error },
        'cannot be delivered',
      );
      return false;
    }
  }
}
