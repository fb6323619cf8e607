import methods from 'sip-methods';
import type { Applications, InProcessCore, Owner } from '../engine/control/owner.ts';
import type { Clock } from '../ports.ts';
import { DirectConnection } from './direct-connection.ts';
import { DrachtioConnection } from './drachtio-connection.ts';
import type { ServerAddress } from './signalling-url.ts';
import type { ConnectionUser, EngineConnection, SignallingLog } from './wire.ts';

/** How one SIP engine is reached. */
export interface EngineWay {
  /** For logs. */
  readonly name: string;
  /** Whether it gives dialogs back after the connection was lost; undefined: its version tells. */
  readonly keepsDialogs: boolean | undefined;
  open(parts: WayParts): EngineConnection;
}

export interface WayParts {
  readonly tags: readonly string[];
  readonly user: ConnectionUser;
  readonly log: SignallingLog;
  readonly clock: Pick<Clock, 'after'>;
}

/** By drachtio-srf, over the drachtio control protocol. */
export function drachtioWay(server: ServerAddress): EngineWay {
  return {
    name: `${server.host}:${server.port}`,
    keepsDialogs: server.keepsDialogs,
    open: parts => new DrachtioConnection({ server, ...parts }),
  };
}

/** By calls, to an engine in this process that `application` drives. */
export function directWay(core: InProcessCore, application: SoleApplication): EngineWay {
  return {
    name: 'direct',
    keepsDialogs: true,
    open: parts => {
      const connection = new DirectConnection({ core, ...parts });
      application.owner = connection;
      return connection;
    },
  };
}

/** Takes every request that SIP knows. */
export class SoleApplication implements Applications {
  owner: Owner | undefined;
  readonly #methods: ReadonlySet<string> = new Set(methods.map(method => method.toLowerCase()));

  choose(method: string): Owner | undefined {
    return this.serves(method) ? this.owner : undefined;
  }

  serves(method: string): boolean {
    return this.owner?.present === true && this.#methods.has(method.toLowerCase());
  }
}
