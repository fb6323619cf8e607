import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { After } from '../../lib/client/timing.ts';

/** Short waits are over in the next turn of the event loop and written down; long ones last until the test ends them. */
export class ImpatientClock {
  readonly waitedMs: number[] = [];
  readonly #limits = new Set<() => void>();

  readonly after: After = (delayMs, fire) => {
    if (delayMs >= 10_000) {
      this.#limits.add(fire);
      return () => this.#limits.delete(fire);
    }
    this.waitedMs.push(delayMs);
    const immediate = setImmediate(fire);
    return () => {
      clearImmediate(immediate);
    };
  };

  /** How many time limits run. */
  get limits(): number {
    return this.#limits.size;
  }

  /** Every time limit that runs is reached. */
  async runOut(): Promise<void> {
    while (this.#limits.size === 0) await nextTurn();
    for (const fire of [...this.#limits]) fire();
    this.#limits.clear();
  }
}

/** A server that answers as a test says, and remembers the requests. */
export class ScriptedServer {
  readonly requests: IncomingMessage[] = [];
  readonly bodies: string[] = [];
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** `answer` gets the number of the request too, from 1. */
  static async start(
    answer: (response: ServerResponse, nth: number, request: IncomingMessage) => void,
  ): Promise<ScriptedServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scripted = new ScriptedServer(server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        scripted.requests.push(request);
        scripted.bodies.push(body);
        answer(response, scripted.requests.length, request);
      });
    });
    return scripted;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
