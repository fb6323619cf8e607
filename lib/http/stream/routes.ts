import type { OutgoingHttpHeaders } from 'node:http';
import { fastifyWebsocket, type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { afterRealTime } from '../../engine/control/after.ts';
import type { ErrorCode } from '../../errors.ts';
import { qualityOf } from '../accept.ts';
import { isFromElsewhere } from '../browser-guard.ts';
import { problemFor, problemMediaType } from '../problem.ts';
import { refuseHandshake } from '../refusal.ts';
import { HttpRequest } from '../upgrade.ts';
import { streamDescription } from './description.ts';
import { type BadQuery, parseWanted, type Wanted } from './query.ts';
import { SseStream, sseMediaType } from './sse.ts';
import type { EventStreamOptions, OpenStream, StreamMetrics, StreamParts } from './stream.ts';
import { closeCodes, WebSocketStream } from './websocket.ts';

export type { EventStreamOptions, StreamMetrics } from './stream.ts';

export const eventsPath = '/v1/events';

const defaultCloseGraceMs = 5_000;
/** How long a stop waits for subscribers to hear of it. */
const stopGraceMs = 1_000;
/** Of a frame from a client; a larger one ends the connection with 1009. */
const maxFrameBytes = 4_096;

/** `GET /v1/events`: a WebSocket where the request asks for one, else server-sent events. */
export function addEventStreams(
  app: FastifyInstance,
  options: EventStreamOptions,
  metrics: StreamMetrics,
): void {
  const streams = new EventStreams({
    closeGraceMs: defaultCloseGraceMs,
    ...options,
    metrics,
    after: afterRealTime,
  });
  // A handshake that was refused leaves a socket that no server knows any more: a stop would wait for it.
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.raw instanceof HttpRequest && request.raw.upgrade === true) request.raw.socket.destroySoon();
    done();
  });
  void app.register(fastifyWebsocket, {
    options: { maxPayload: maxFrameBytes },
    // What is wrong on the wire has been answered with a close frame already.
    errorHandler: () => undefined,
    preClose: async () => streams.stop(),
  });
  void app.register((scope, _options, done) => {
    scope.websocketServer.on('wsClientError', (_error, socket) => refuseHandshake(socket));
    scope.route({
      method: 'GET',
      url: eventsPath,
      config: { scope: 'events:read' },
      schema: streamDescription,
      // `parseWanted` reads the query, for both carriers.
      validatorCompiler: () => () => true,
      // Just before the handshake: who is refused after it gets no status any more.
      preHandler: (request, reply, done) => {
        if (request.method === 'HEAD' || streams.hasRoom()) done();
        else refuse(reply, 'too-many-subscribers');
      },
      handler: (request, reply) => streams.serveSse(request, reply),
      wsHandler: (socket, request) => streams.serveWebSocket(socket, request),
    });
    done();
  });
}

class EventStreams {
  readonly #parts: StreamParts;
  readonly #open = new Set<OpenStream>();

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** A subscriber who is turned away is counted. */
  hasRoom(): boolean {
    if (this.#open.size < this.#parts.maxSubscribers) return true;
    this.#parts.metrics.subscriberRefused();
    return false;
  }

  serveSse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (qualityOf(sseMediaType, request.headers.accept) === 0) return refuse(reply, 'not-acceptable');
    const wanted = wantedOf(request);
    if ('detail' in wanted) return refuse(reply, 'unprocessable', wanted);
    if (request.method === 'HEAD') return reply.type(sseMediaType).send();
    reply.hijack();
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    // Who has left already would never be heard to leave.
    if (!reply.raw.destroyed) this.#keep(new SseStream(reply.raw, headers, wanted, this.#parts));
    return reply;
  }

  /** What is wrong is told in the close frame: a browser shows its page nothing of an answer to the handshake. */
  serveWebSocket(socket: WebSocket, request: FastifyRequest): void {
    // RFC 6455 §10.2: browsers let any page open a WebSocket to anywhere.
    const wanted = isFromElsewhere(request.headers)
      ? { parameter: 'origin', detail: 'a page of another origin may not read events' }
      : wantedOf(request);
    if ('detail' in wanted) socket.close(closeCodes.policy, wanted.detail);
    else this.#keep(new WebSocketStream(socket, wanted, this.#parts));
  }

  /** Tells every subscriber, and ends those who do not hear. */
  async stop(): Promise<void> {
    // Others read the ring too, and longer than HTTP is there.
    this.#parts.ring.handOver();
    for (const stream of this.#open) stream.cut('shutting-down');
    const patience = new Promise<void>(resolve => this.#parts.after(stopGraceMs, resolve));
    await Promise.race([Promise.all([...this.#open].map(stream => stream.closed)), patience]);
    for (const stream of this.#open) stream.terminate();
  }

  #keep(stream: OpenStream): void {
    this.#open.add(stream);
    void stream.closed.then(() => this.#open.delete(stream));
  }
}

function refuse(reply: FastifyReply, code: ErrorCode, fault?: BadQuery): FastifyReply {
  const problem = problemFor(code, fault?.detail);
  return reply.code(problem.status).type(problemMediaType).send(problem);
}

/** A token of one tenant sees the calls of that tenant only. */
function wantedOf(request: FastifyRequest): Wanted | BadQuery {
  const wanted = parseWanted(request.url, firstOf(request.headers['last-event-id']));
  const { tenant } = request.grant;
  if ('detail' in wanted || tenant === undefined) return wanted;
  return { ...wanted, filter: { ...wanted.filter, tenant } };
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
