import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Grant, HttpScope } from './bearer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What its sender may do; there before anything else is. */
    grant: Grant;
    /** The JSON of its body as it came; empty without one. */
    bodyText: string;
  }
  interface FastifyContextConfig {
    /** What its sender must be allowed to do. */
    scope?: HttpScope;
    /** Bearer tokens are none of its business: who asks shows a token of another kind in the body. */
    ownTokens?: boolean;
  }
}

/** Fastify that knows the types of what its schemas have let through. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
