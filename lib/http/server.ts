import type { AddressInfo } from 'node:net';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { isLoopback } from '../engine/message/ip-address.ts';
import type { SocketAddress } from '../engine/transport/transport.ts';
import { BatonError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { BearerCheck } from './bearer.ts';
import { type ProblemDetails, problemFor, problemMediaType } from './problem.ts';
import { hasOneHost, refuseUnreadable, takeOverFromNode } from './refusal.ts';
import { addRoutes, type HttpViews, servedPaths } from './routes.ts';

export type { HttpViews, Readiness } from './routes.ts';

export interface HttpServerOptions {
  readonly listen: SocketAddress;
  /** Bearer tokens; with none only loopback is served. */
  readonly tokens: readonly string[];
  readonly views: HttpViews;
  readonly log: Logger;
}

const allowed = 'GET, HEAD';
/** A peer that sends its request slowly is let go. */
const requestTimeoutMs = 10_000;
const bodyLimitBytes = 65_536;

/** Baton's own HTTP interface. `start` binds, `stop` ends open connections and leaves nothing behind. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #app: FastifyInstance;

  constructor(options: HttpServerOptions) {
    if (options.tokens.length === 0 && !isLoopback(options.listen.address)) {
      throw new BatonError(
        'config-invalid',
        `http.listen: ${options.listen.address} can be reached from outside: set http.tokens`,
      );
    }
    this.#options = options;
    this.#app = this.#build(new BearerCheck(options.tokens));
  }

  /** Gives the bound address; throws `port-in-use` when it is taken. */
  async start(): Promise<SocketAddress> {
    const { address, port } = this.#options.listen;
    try {
      await this.#app.listen({ host: address, port });
    } catch (error) {
      throw listenFailure(error, this.#options.listen);
    }
    const bound = this.#app.server.address() as AddressInfo;
    return { address: bound.address, port: bound.port };
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  #build(bearer: BearerCheck): FastifyInstance {
    const app = fastify({
      logger: false,
      bodyLimit: bodyLimitBytes,
      requestTimeout: requestTimeoutMs,
      forceCloseConnections: true,
      // Node's own answer has no body; ours is below.
      http: { requireHostHeader: false },
      clientErrorHandler: refuseUnreadable,
      frameworkErrors: (error, request, reply) => {
        this.#answerError(error, request, reply);
      },
    });
    takeOverFromNode(app.server, allowed);
    // Before any body is read: a body of an unknown kind must not hide that there is nothing to send it to.
    app.addHook('onRequest', async (request, reply) => {
      if (!hasOneHost(request.raw)) {
        return await reply
          .header('connection', 'close')
          .send(problem(reply, 'bad-request', 'one Host is needed'));
      }
      if (!bearer.admits(request.headers.authorization)) {
        return await reply.header('www-authenticate', 'Bearer').send(problem(reply, 'unauthorized'));
      }
      if (request.is404) return await answerUnknown(request, reply);
      return undefined;
    });
    app.setErrorHandler((error: FastifyError, request, reply) => {
      this.#answerError(error, request, reply);
    });
    addRoutes(app, this.#options.views);
    return app;
  }

  #answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const ours = error.statusCode !== undefined && error.statusCode < 500;
    if (!ours)
      this.#options.log.error(
        { err: error, method: request.method, url: request.url },
        'http request failed',
      );
    void reply.send(problem(reply, ours ? 'bad-request' : 'internal', ours ? error.message : undefined));
  }
}

async function answerUnknown(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const path = request.url.split('?', 1)[0];
  if (!servedPaths.some(served => served === path)) return await reply.send(problem(reply, 'not-found'));
  // RFC 9110 §15.5.6: a 405 carries Allow.
  return await reply.header('allow', allowed).send(problem(reply, 'method-not-allowed'));
}

/** The body; status and type of the reply are set to it. (A reply is thenable: awaiting it unsent would wait for ever.) */
function problem(reply: FastifyReply, code: ErrorCode, detail?: string): ProblemDetails {
  const body = problemFor(code, detail);
  void reply.code(body.status).type(problemMediaType);
  return body;
}

function listenFailure(error: unknown, { address, port }: SocketAddress): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  return new BatonError('port-in-use', `http.listen: ${address}:${port} is in use`, { cause: error });
}
