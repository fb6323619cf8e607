import type { AgentView } from '../agents/agent-view.ts';
import type { AgentCommand } from '../agents/command.ts';
import type { AgentAnswer, AgentRequest } from '../b2bua/agent-desk.ts';
import type { ErrorCode } from '../errors.ts';
import { answerOnce, refusal, sendAnswer } from './answer-once.ts';
import {
  AgentBody,
  AgentDetail,
  AgentList,
  AgentParams,
  AnyAgentParams,
  CommandedAgent,
} from './agent-schemas.ts';
import type { Api } from './api.ts';
import type { Grant } from './bearer.ts';
import { readReasons } from './change-body.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { json, problems, WriteHeaders } from './schemas.ts';

/** What may be asked about agents, and of them. All answer at once. */
export interface AgentRoutesDesk {
  /** Whose agents a token speaks of that is for no tenant. */
  readonly tenant: string;
  /** Of one tenant, or all. */
  agents(tenant: string | undefined): readonly AgentView[];
  agent(name: { readonly tenant: string; readonly agentId: string }): AgentView | undefined;
  commandAgent(request: AgentRequest): AgentAnswer;
}

const reads = { scope: 'agents:read' } as const;
const writes = { scope: 'agents:write' } as const;

/** `/v1/agents` and all below it. */
export function addAgentRoutes(api: Api, desk: AgentRoutesDesk, given: AnswersGiven): void {
  api.get(
    '/v1/agents',
    {
      config: reads,
      schema: {
        summary: 'The agents that have ever logged in',
        response: { 200: json(AgentList, 'Those of the tenant'), ...problems(401, 403, 429) },
      },
    },
    ({ grant }) => ({ agents: desk.agents(grant.tenant) }),
  );
  api.get(
    '/v1/agents/:agentId',
    {
      config: reads,
      schema: {
        summary: 'One agent',
        params: AnyAgentParams,
        response: { 200: json(AgentDetail, 'The agent'), ...problems(401, 403, 404, 429) },
      },
    },
    ({ grant, params }, reply) => {
      const agent = desk.agent({ tenant: grant.tenant ?? desk.tenant, ...params });
      return sendAnswer(reply, agent === undefined ? refusal('agent-unknown') : success(agent, grant));
    },
  );
  api.post(
    '/v1/agents/:agentId/state',
    {
      config: writes,
      schema: {
        summary: 'Log an agent in or out, and change what it does',
        params: AgentParams,
        headers: WriteHeaders,
        body: AgentBody,
        response: {
          200: json(CommandedAgent, 'The agent as it is then'),
          ...problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
        },
      },
    },
    (request, reply) =>
      answerOnce(given, request, reply, () => command(desk, request.params.agentId, request)),
  );
}

function command(
  desk: AgentRoutesDesk,
  agentId: string,
  { body, grant }: { readonly body: AgentBody; readonly grant: Grant },
): Answer {
  const { reasons, ...rest } = body;
  const answer = desk.commandAgent({
    tenant: grant.tenant ?? desk.tenant,
    agentId,
    // Its members are those of the action, by the schema.
    command: { ...rest, ...(reasons !== undefined && { reasons: readReasons(reasons) }) } as AgentCommand,
  });
  if (answer.ok) return success(answer.agent, grant);
  const path = memberAtFault[answer.code];
  return refusal(answer.code, { ...(path !== undefined && { path }) });
}

/** Which member of the body a code speaks of. */
const memberAtFault: Readonly<Partial<Record<ErrorCode, string>>> = {
  'forward-loop': '/to',
  unprocessable: '/to',
  'call-unknown': '/connId',
  'party-unknown': '/connId',
};

/** Who may not read agents learns by a command only what became of it. */
function success(agent: AgentView, { scopes }: Grant): Answer {
  const { agentId, state, revision } = agent;
  const shown = scopes.includes('agents:read') ? agent : { agentId, state, revision };
  return { status: 200, text: JSON.stringify(shown) };
}
