import { isUtf8 } from 'node:buffer';
import type { AddressInfo } from 'node:net';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
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
import { BearerCheck, type HttpToken, nobody } from './bearer.ts';
import { BodyFault } from './change-body.ts';
import { toldFailure } from './failure.ts';
import { documentOptions } from './open-api.ts';
import { type ProblemDetails, problemFor, type ProblemMembers, problemMediaType } from './problem.ts';
import { RateLimits, type RequestRates } from './rate-limits.ts';
import { isFromElsewhere, namesOneMachine } from './browser-guard.ts';
import { hasOneHost, refuseUnreadable, takeOverFromNode } from './refusal.ts';
import { dialogPrefix } from './oifde-routes.ts';
import { addRoutes, type HttpViews } from './routes.ts';
import { ServedPaths } from './served-paths.ts';
import { addEventStreams, type EventStreamOptions } from './stream/routes.ts';
import { HttpRequest } from './upgrade.ts';
import { pathOfBrokenText } from './well-formed.ts';

export type { AgentRoutesDesk } from './agent-routes.ts';
export type { DialogDesk } from './oifde-routes.ts';
export type { DnRoutesDesk } from './dn-routes.ts';
export type { CallDesk } from './call-routes.ts';
export type { RecordingRoutesDesk } from './recording-routes.ts';
export type { HttpViews, Readiness } from './routes.ts';

/** What is served where, and to whom. */
export interface HttpServerOptions {
  readonly listen: SocketAddress;
  /** Bearer tokens, a bare one with all rights; with none only loopback is served. */
  readonly tokens: readonly (string | HttpToken)[];
  readonly rates?: RequestRates;
  readonly views: HttpViews;
  /** What `/v1/events` streams; absent: nothing is there. */
  readonly events?: EventStreamOptions;
  readonly log: Logger;
}

/** A peer that sends its request slowly is let go. */
const requestTimeoutMs = 10_000;
/** 256 kB: the largest data, 65,535 octets packed, fits with its JSON around it. */
const bodyLimitBytes = 262_144;
/** As much as Node takes of a request's header: what is too long for a ConnID is one that no call has. */
const maxParamLength = 16_384;

/** What is allowed somewhere; for requests that name no path. */
const methodsOfAll = 'GET, HEAD, POST';

/** Baton's own HTTP interface. `start` binds, `stop` ends open connections and leaves nothing behind. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #app: FastifyInstance;
  readonly #served = new ServedPaths();

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

  /** The routes there are: methods by pattern, `/v1/calls/:connId`. Complete once started. */
  get routes(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#served.methodsByPattern;
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
      routerOptions: { maxParamLength },
      // What is unknown is refused, not taken out; what is of another type is not turned into it.
      ajv: {
        customOptions: {
          removeAdditional: false,
          coerceTypes: false,
          useDefaults: false,
          discriminator: true,
        },
      },
      // Node's own answer has no body; ours is below.
      http: {
        requireHostHeader: false,
        IncomingMessage: HttpRequest,
        headersTimeout: requestTimeoutMs,
        // Node looks for late requests this often; its own half minute would make ten seconds forty.
        connectionsCheckingInterval: 1_000,
      },
      clientErrorHandler: refuseUnreadable,
      frameworkErrors: (error, request, reply) => {
        this.#answerError(error, request, reply);
      },
    });
    takeOverFromNode(app.server, methodsOfAll);
    // Only JSON is read.
    app.removeContentTypeParser('text/plain');
    readJsonAsUtf8(app);
    // Schemas of answers are for readers: answers are written as they are.
    app.setSerializerCompiler(() => value => JSON.stringify(value));
    app.decorateRequest('grant');
    app.decorateRequest('bodyText', '');
    app.addHook('onRoute', ({ url, method }) => {
      this.#served.add(url, method);
    });
    this.#addHooks(app, bearer, new RateLimits(app, this.#options.rates ?? {}));
    app.setErrorHandler((error: FastifyError, request, reply) => {
      this.#answerError(error, request, reply);
    });
    this.#addParts(app);
    return app;
  }

  /** No token is asked for. */
  get #isOpen(): boolean {
    return this.#options.tokens.length === 0;
  }

  #addHooks(app: FastifyInstance, bearer: BearerCheck, limits: RateLimits): void {
    // Before any body is read: a body of an unknown kind must not hide that there is nothing to send it to.
    app.addHook('onRequest', async (request, reply) => {
      if (!hasOneHost(request.raw)) {
        return await reply
          .header('connection', 'close')
          .send(problem(reply, 'bad-request', 'one Host is needed'));
      }
      if (this.#isOpen && isUnwantedPage(request))
        return await reply.send(problem(reply, 'page-from-elsewhere'));
      if (isOfDialog(request)) {
        request.grant = nobody;
        return request.is404 ? await this.#answerUnknown(limits, request, reply) : undefined;
      }
      const grant = bearer.grantOf(request.headers.authorization);
      const waitS = await limits.waitForStranger(request, grant);
      if (waitS !== undefined) return await refuseFlood(reply, waitS);
      if (grant === undefined)
        return await reply.header('www-authenticate', 'Bearer').send(problem(reply, 'unauthorized'));
      request.grant = grant;
      if (request.is404) return await this.#answerUnknown(limits, request, reply);
      const { scope } = request.routeOptions.config;
      if (scope !== undefined && !grant.scopes.includes(scope)) return await refuseScope(reply, scope);
      return undefined;
    });
    app.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) => {
      this.#options.views.metrics.httpAnswered({ route: routeOptions.url ?? '', method, status: statusCode });
    });
  }

  #addParts(app: FastifyInstance): void {
    const { views, events } = this.#options;
    app.register(swagger, documentOptions);
    app.register((api, _options, done) => {
      addRoutes(api.withTypeProvider<TypeBoxTypeProvider>(), views);
      done();
    });
    if (events !== undefined) addEventStreams(app, events, views.metrics.streams);
  }

  #answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const told = toldFailure(error);
    if (told === undefined) {
      const { method, url } = request;
      this.#options.log.error({ err: error, method, url }, 'http request failed');
    }
    void reply.send(problem(reply, told?.code ?? 'internal', told?.detail, told?.members));
  }

  async #answerUnknown(
    limits: RateLimits,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const waitS = await limits.waitForUnknown(request);
    if (waitS !== undefined) return await refuseFlood(reply, waitS);
    const [path = ''] = request.url.split('?', 1);
    const allow = this.#served.allowFor(path);
    if (allow === undefined) return await reply.send(problem(reply, 'not-found'));
    // RFC 9110 §15.5.6: a 405 carries Allow.
    return await reply.header('allow', allow).send(problem(reply, 'method-not-allowed'));
  }
}

/**
 * RFC 8259 §8.1: JSON is UTF-8. Other octets are refused, not replaced, and so is half a character. `__proto__` is here a member like
 * any other (JSON.parse reaches into no prototype): unknown, or no key.
 */
function readJsonAsUtf8(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('ignore', 'ignore');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) {
      done(new BatonError('bad-request', 'the body is not UTF-8'));
      return;
    }
    const text = body.toString();
    request.bodyText = text;
    void parse(request, text, (error, parsed) => {
      const path = error === null ? pathOfBrokenText(text, parsed) : undefined;
      if (path === undefined) done(error, parsed);
      else done(new BodyFault('unprocessable', path, 'half of a surrogate pair'));
    });
  });
}

/** RFC 6585 §4. */
async function refuseFlood(reply: FastifyReply, waitS: number): Promise<FastifyReply> {
  return await reply.header('retry-after', waitS).send(problem(reply, 'too-many-requests'));
}

/** Who asks there has no bearer token, and learns all the same that there is nothing. */
function isOfDialog({ routeOptions, is404, url }: FastifyRequest): boolean {
  return routeOptions.config.ownTokens === true || (is404 && url.startsWith(dialogPrefix));
}

/** Those who want a WebSocket from elsewhere are told in its close frame. */
function isUnwantedPage({ headers }: FastifyRequest): boolean {
  return !namesOneMachine(headers) || (isFromElsewhere(headers) && headers.upgrade === undefined);
}

/** RFC 6750 §3.1. */
async function refuseScope(reply: FastifyReply, scope: string): Promise<FastifyReply> {
  const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
  return await reply.header('www-authenticate', challenge).send(problem(reply, 'forbidden'));
}

/** The body; status and type of the reply are set to it. (A reply is thenable: awaiting it unsent would wait for ever.) */
function problem(
  reply: FastifyReply,
  code: ErrorCode,
  detail?: string,
  members?: ProblemMembers,
): ProblemDetails {
  const body = problemFor(code, detail, members);
  void reply.code(body.status).type(problemMediaType);
  return body;
}

function listenFailure(error: unknown, { address, port }: SocketAddress): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE') return error;
  return new BatonError('port-in-use', `http.listen: ${address}:${port} is in use`, { cause: error });
}
