import { type Static, Type } from 'typebox';
import type { ErrorCode } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { StreamState } from '../ports.ts';
import type { Api } from './api.ts';
import { type AgentRoutesDesk, addAgentRoutes } from './agent-routes.ts';
import { type CallDesk, addCallRoutes } from './call-routes.ts';
import { addDnRoutes, type DnRoutesDesk } from './dn-routes.ts';
import { AnswersGiven, usualLimits } from './idempotency.ts';
import { addDialogRoutes, type DialogDesk } from './oifde-routes.ts';
import { problemFor, problemMediaType } from './problem.ts';
import { addRecordingRoutes, type RecordingRoutesDesk } from './recording-routes.ts';
import { addSchemaRoutes } from './schema-routes.ts';
import { json, problems, words } from './schemas.ts';

/** Whether calls can be taken; `why` says in a few words what is missing. */
export type Readiness = 'ready' | 'signalling-down' | 'draining' | 'outbox-full';

/** What the outside may look at, and ask for. Each is asked anew for every request. */
export interface HttpViews extends CallDesk, AgentRoutesDesk, DnRoutesDesk {
  readonly metrics: Metrics;
  readiness(): Readiness;
  stream(): StreamState;
  readonly recording: RecordingRoutesDesk;
  /** Absent: the dialog interface is not served. */
  readonly dialog?: DialogDesk;
}

const Status = Type.Object({ status: Type.String() });
const Ready = Type.Object({
  status: Type.String(),
  stream: words(
    ['off', 'healthy', 'unhealthy'],
    'Whether events reach Kafka. While they do not they are kept: calls go on.',
  ),
  code: Type.Optional(Type.String({ description: 'Of docs/errors.md; where the stream is unhealthy.' })),
  reason: Type.Optional(Type.String({ description: 'For people.' })),
  since: Type.Optional(Type.Integer({ description: 'Milliseconds since the epoch.' })),
});
const readyAnswers: Readonly<Record<string, unknown>> = {
  200: json(Ready, 'Ready'),
  ...problems(401, 429, 503),
};

const codeOf = {
  draining: 'shutting-down',
  'signalling-down': 'not-ready',
  'outbox-full': 'outbox-full',
} as const satisfies Record<Exclude<Readiness, 'ready'>, ErrorCode>;

function toldState(state: StreamState): Omit<Static<typeof Ready>, 'status'> {
  if (state.stream !== 'unhealthy') return state;
  const { sinceMs, ...rest } = state;
  return { ...rest, since: sinceMs };
}

/** Those who watch over the process are not held back. */
const unlimited = { config: { rateLimit: false } } as const;

/** All paths but `/v1/events`. */
export function addRoutes(api: Api, views: HttpViews): void {
  addWatchRoutes(api, views);
  const given = new AnswersGiven(usualLimits, Date.now);
  addCallRoutes(api, views, given);
  addRecordingRoutes(api, views.recording, given);
  addAgentRoutes(api, views, given);
  addDnRoutes(api, views);
  if (views.dialog !== undefined) addDialogRoutes(api, views.dialog);
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
      if (readiness === 'ready') return { status: 'ready', ...toldState(views.stream()) };
      const problem = problemFor(codeOf[readiness]);
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
