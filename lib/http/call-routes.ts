import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { CallDetail as CallDetailView, CallView } from '../b2bua/call-view.ts';
import type { ChangeAnswer, DataChangeRequest, ReleaseAnswer, ReleaseRequest } from '../b2bua/requests.ts';
import { tenantOf } from '../call/ids.ts';
import type { ErrorCode } from '../errors.ts';
import type { Api } from './api.ts';
import type { Grant } from './bearer.ts';
import { BodyFault, readChange } from './change-body.ts';
import { type Answer, AnswersGiven, usualLimits } from './idempotency.ts';
import { problemFor, type ProblemMembers, problemMediaType } from './problem.ts';
import {
  CallDetail,
  CallList,
  ChangeBody,
  ConnIdParams,
  json,
  problems,
  ReleaseBody,
  WriteHeaders,
  WrittenCall,
} from './schemas.ts';

/** What may be asked about calls, and of them. All answer at once. */
export interface CallDesk {
  /** What is special about which keys. */
  readonly keys: KeyPolicy;
  calls(): readonly CallView[];
  call(connId: string): CallDetailView | undefined;
  changeData(request: DataChangeRequest): ChangeAnswer;
  release(request: ReleaseRequest): ReleaseAnswer;
}

const reads = { scope: 'calls:read' } as const;
const writes = { scope: 'calls:write' } as const;

export function addCallRoutes(api: Api, desk: CallDesk): void {
  addReads(api, desk);
  addWrites(api, desk, new AnswersGiven(usualLimits, Date.now));
}

function addReads(api: Api, desk: CallDesk): void {
  api.get(
    '/v1/calls',
    {
      config: reads,
      schema: {
        summary: 'The live calls',
        response: { 200: json(CallList, 'Those of the tenant'), ...problems(401, 403, 429) },
      },
    },
    request => ({ calls: desk.calls().filter(({ connId }) => isOwn(request, connId)) }),
  );
  api.get(
    '/v1/calls/:connId',
    {
      config: reads,
      schema: {
        summary: 'One call with its data, for attachedData.retainAfterReleaseMs after its release too',
        params: ConnIdParams,
        response: { 200: json(CallDetail, 'The call'), ...problems(401, 403, 404, 429) },
      },
    },
    (request, reply) => {
      const { connId } = request.params;
      const call = isOwn(request, connId) ? desk.call(connId) : undefined;
      return sendAnswer(reply, call === undefined ? refusal('call-unknown') : success(call, request.grant));
    },
  );
}

function addWrites(api: Api, desk: CallDesk, given: AnswersGiven): void {
  const written = {
    200: json(WrittenCall, 'The call as it is then'),
    ...problems(400, 401, 403, 404, 409, 413, 422, 429),
  };
  const schema = { params: ConnIdParams, headers: WriteHeaders, response: written };
  api.post(
    '/v1/calls/:connId/user-data',
    {
      config: writes,
      schema: { ...schema, summary: 'Change the attached data, whole or not at all', body: ChangeBody },
    },
    (request, reply) => {
      const { connId } = request.params;
      return answerOnce(given, request, reply, () => change(desk, connId, request));
    },
  );
  api.post(
    '/v1/calls/:connId/release',
    { config: writes, schema: { ...schema, summary: 'End the call', body: ReleaseBody } },
    (request, reply) =>
      answerOnce(given, request, reply, () => {
        const { connId } = request.params;
        const answer = desk.release({ connId, ...request.body });
        return answer.ok ? success(answer.call, request.grant) : refusal(answer.code);
      }),
  );
}

function change(
  desk: CallDesk,
  connId: string,
  { body, grant }: { readonly body: ChangeBody; readonly grant: Grant },
): Answer {
  const { thirdPartyDn, referenceId, ifRevision } = body;
  const { operation, paths } = readChange(body, desk.keys);
  const answer = desk.changeData({
    connId,
    operation,
    thirdPartyDn,
    ...(referenceId !== undefined && { referenceId }),
    ...(ifRevision !== undefined && { ifRevision }),
  });
  if (answer.ok) return success(answer.call, grant);
  const path = answer.at === undefined ? undefined : paths[answer.at];
  return refusal(answer.code, {
    ...(path !== undefined && { path }),
    ...(answer.code === 'revision-conflict' &&
      answer.revision !== undefined && { revision: answer.revision }),
  });
}

type WriteRequest = FastifyRequest & { readonly params: { readonly connId: string } };

/** Another tenant's call is as if it were not there. With an Idempotency-Key nothing is done twice. */
async function answerOnce(
  given: AnswersGiven,
  request: WriteRequest,
  reply: FastifyReply,
  carryOut: () => Answer | Promise<Answer>,
): Promise<FastifyReply> {
  const { grant, url, body, headers, params } = request;
  if (!isOwn(request, params.connId)) return sendAnswer(reply, refusal('call-unknown'));
  const key = headers['idempotency-key'];
  const give = async (): Promise<Answer> => {
    try {
      return await carryOut();
    } catch (error) {
      if (!(error instanceof BodyFault)) throw error;
      return refusal(error.code, { path: error.path }, error.message);
    }
  };
  if (typeof key !== 'string') return sendAnswer(reply, await give());
  const keyed = { owner: grant.id, key, request: `${url}\n${JSON.stringify(body)}` };
  const answer = await given.once(keyed, give);
  if (answer === 'conflict') return sendAnswer(reply, refusal('idempotency-conflict'));
  if (answer === 'under-way') return sendAnswer(reply, refusal('idempotency-in-progress'));
  return sendAnswer(reply, answer);
}

function isOwn({ grant }: FastifyRequest, connId: string): boolean {
  return grant.tenant === undefined || tenantOf(connId) === grant.tenant;
}

/** Who may not read calls learns by writing only what became of the write. */
function success(call: CallDetailView, { scopes }: Grant): Answer {
  const { connId, state, revision } = call;
  const shown = scopes.includes('calls:read') ? call : { connId, state, revision };
  return { status: 200, text: JSON.stringify(shown) };
}

function refusal(code: ErrorCode, members: ProblemMembers = {}, detail?: string): Answer {
  const problem = problemFor(code, detail, members);
  return { status: problem.status, text: JSON.stringify(problem) };
}

function sendAnswer(reply: FastifyReply, { status, text }: Answer): FastifyReply {
  return reply
    .code(status)
    .type(status < 400 ? 'application/json; charset=utf-8' : problemMediaType)
    .send(text);
}
