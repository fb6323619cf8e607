import { Type } from 'typebox';
import type { Metrics } from '../metrics.ts';
import type { Api } from './api.ts';
import { type AgentRoutesDesk, addAgentRoutes } from './agent-routes.ts';
import { type CallDesk, addCallRoutes } from './call-routes.ts';
import { AnswersGiven, usualLimits } from './idempotency.ts';
import { problemFor, problemMediaType } from './problem.ts';
import { addSchemaRoutes } from './schema-routes.ts';
import { json, problems } from './schemas.ts';

/** Whether calls can be taken; `why` says in a few words what is missing. */
export type Readiness = 'ready' | 'signalling-down' | 'draining';

/** What the outside may look at, and ask for. Each is asked anew for every request. */
export interface HttpViews extends CallDesk, AgentRoutesDesk {
  readonly metrics: Metrics;
  readiness(): Readiness;
}

const Status = Type.Object({ status: Type.String() });
const readyAnswers: Readonly<Record<string, unknown>> = {
  200: json(Status, 'Ready'),
  ...problems(401, 429, 503),
};

/** Those who watch over the process are not held back. */
const unlimited = { config: { rateLimit: false } } as const;

/** All paths but `/v1/events`. */
export function addRoutes(api: Api, views: HttpViews): void {
  addWatchRoutes(api, views);
  const given = new AnswersGiven(usualLimits, Date.now);
  addCallRoutes(api, views, given);
  addAgentRoutes(api, views, given);
  addSchemaRoutes(api);
  api.get(
    '/openapi.json',
    {
      schema: {
        summary: 'This document',
        response: { 200: json(Type.Object({}), 'OpenAPI 3.1'), ...problems(401, 429) },
      },
    },
    () => api.swagger(),
  );
}

function addWatchRoutes(api: Api, views: HttpViews): void {
  api.get(
    '/healthz',
    {
      ...unlimited,
      schema: {
        summary: 'The process is alive',
        response: { 200: json(Status, 'Alive'), ...problems(401, 429) },
      },
    },
    () => ({ status: 'alive' }),
  );
  api.get(
    '/readyz',
    {
      ...unlimited,
      schema: {
        summary: 'Calls can be taken',
        response: readyAnswers,
      },
    },
    async (_request, reply) => {
      const readiness = views.readiness();
      if (readiness === 'ready') return { status: 'ready' };
      const problem = problemFor(readiness === 'draining' ? 'shutting-down' : 'not-ready');
      return await reply.code(503).type(problemMediaType).send(problem);
    },
  );
  const text = { description: "Prometheus' text", content: { 'text/plain': { schema: Type.String() } } };
  api.get(
    '/metrics',
    {
      ...unlimited,
      schema: { summary: 'What Baton counts', response: { 200: text, ...problems(401, 429) } },
    },
    async (_request, reply) => {
      const { contentType, body } = await views.metrics.text();
      return await reply.type(contentType).send(body);
    },
  );
}
