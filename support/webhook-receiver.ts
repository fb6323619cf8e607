import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bell } from './bell.ts';

/** What the receiver does with a request. `break`: hangs up in the middle of the answer. */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'break';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The CloudEvent. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** A receiver as somebody would write one who only knows CloudEvents and Standard Webhooks. What does not fit is a `fault`. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  readonly faults: string[] = [];
  /** Requests whose sender hung up before it was answered. */
  aborted = 0;
  /** Connections that were opened. */
  connections = 0;
  /** Most requests that were open at one time. */
  mostOpen = 0;
  reply: (received: Received, number: number) => Reply = () => ({ status: 204 });
  /** Before anything of it is read. */
  onRequest: (request: IncomingMessage) => void = () => undefined;
  readonly #secret: string;
  readonly #server: Server;
  readonly #bell = new Bell();
  #open = 0;

  private constructor(secret: string) {
    this.#secret = secret;
    this.#server = createServer((request, response) => void this.#receive(request, response));
    this.#server.on('connection', () => (this.connections += 1));
  }

  static async open(secret = 'a secret of the tests'): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(secret);
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events?of=baton`;
  }

  get secret(): string {
    return this.#secret;
  }

  /** Ids of the events received, in their order. */
  get ids(): string[] {
    return this.received.map(({ event }) => String(event['id']));
  }

  /** Settles when that many requests have come. */
  async count(wanted: number): Promise<void> {
    const missed = (): string => `${this.received.length} of ${wanted} requests came`;
    await this.#bell.first(() => (this.received.length >= wanted ? true : undefined), missed);
  }

  async hungUp(wanted = 1): Promise<void> {
    const missed = (): string => `${this.aborted} of ${wanted} senders hung up`;
    await this.#bell.first(() => (this.aborted >= wanted ? true : undefined), missed);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    response.once('close', () => {
      this.#open -= 1;
      if (!response.writableFinished) this.aborted += 1;
      this.#bell.ring();
    });
    this.onRequest(request);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The sender, or the test, has hung up.
      return;
    }
    const body = Buffer.concat(chunks).toString('utf8');
    this.#verify(request, body);
    const event = JSON.parse(body) as Received['event'];
    const received = { path: request.url ?? '', headers: request.headers, body, event };
    this.received.push(received);
    this.#bell.ring();
    answer(response, this.reply(received, this.received.length));
  }

  #verify({ method, headers }: IncomingMessage, body: string): void {
    const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
    const key = this.#secret.startsWith('whsec_')
      ? Buffer.from(this.#secret.slice(6), 'base64')
      : this.#secret;
    const signed = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${body}`);
    const event = JSON.parse(body) as Record<string, unknown>;
    const rules: Readonly<Record<string, boolean>> = {
      'is a POST': method === 'POST',
      'has a good signature': headers['webhook-signature'] === `v1,${signed.digest('base64')}`,
      'was signed just now': Math.abs(Date.now() / 1000 - Number(timestamp)) < 60,
      'is a CloudEvent': headers['content-type'] === 'application/cloudevents+json; charset=utf-8',
      'is of version 1.0': event['specversion'] === '1.0',
      'has one id': event['id'] === id && typeof id === 'string' && id !== '',
      'has a source': typeof event['source'] === 'string' && event['source'] !== '',
      'has a type': typeof event['type'] === 'string' && event['type'] !== '',
      'has an RFC 3339 time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(event['time'])),
      'has JSON data': event['datacontenttype'] === 'application/json' && typeof event['data'] === 'object',
    };
    for (const [rule, holds] of Object.entries(rules)) if (!holds) this.faults.push(rule);
  }
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if (reply === 'break') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{');
    setImmediate(() => response.destroy());
    return;
  }
  response.writeHead(reply.status, reply.headers).end(reply.body);
}
