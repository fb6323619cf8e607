import type { FastifyInstance } from 'fastify';
import type { CallView } from '../b2bua/call-view.ts';
import type { Metrics } from '../metrics.ts';
import { problemFor, problemMediaType } from './problem.ts';

/** Whether calls can be taken; `why` says in a few words what is missing. */
export type Readiness = 'ready' | 'signalling-down' | 'draining';

/** What the outside may look at. Each is asked anew for every request. */
export interface HttpViews {
  readonly metrics: Metrics;
  readiness(): Readiness;
  calls(): readonly CallView[];
}

/** Paths and the methods they serve; 405 and Allow follow from it. */
export const servedPaths = ['/healthz', '/readyz', '/metrics', '/v1/calls', '/v1/events'] as const;

export function addRoutes(app: FastifyInstance, views: HttpViews): void {
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = views.readiness();
    if (readiness === 'ready') return { status: 'ready' };
    const problem = problemFor(readiness === 'draining' ? 'shutting-down' : 'not-ready');
    return await reply.code(problem.status).type(problemMediaType).send(problem);
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await views.metrics.text();
    return await reply.type(contentType).send(body);
  });
  app.get('/v1/calls', () => ({ calls: views.calls() }));
}
