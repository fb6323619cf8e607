import type { CallDetail as CallDetailView, CallView } from '../b2bua/call-view.ts';
import type { ChangeAnswer, DataChangeRequest, ReleaseAnswer, ReleaseRequest } from '../b2bua/requests.ts';
import { answerOwn, isOwn, refusal, sendAnswer, success } from './answer-once.ts';
import type { Api } from './api.ts';
import type { Grant } from './bearer.ts';
import { readChange } from './change-body.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { addOriginateRoute, type OriginateDesk } from './originate-route.ts';
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
import { addTransferRoute, type TransferDesk } from './transfer-route.ts';

/** What may be asked about calls, and of them. All answer at once. */
export interface CallDesk extends OriginateDesk, TransferDesk {
  calls(): readonly CallView[];
  call(connId: string): CallDetailView | undefined;
  changeData(request: DataChangeRequest): ChangeAnswer;
  release(request: ReleaseRequest): ReleaseAnswer;
}

const reads = { scope: 'calls:read' } as const;
const writes = { scope: 'calls:write' } as const;

/** `/v1/calls` and all below it. */
export function addCallRoutes(api: Api, desk: CallDesk, given: AnswersGiven): void {
  addReads(api, desk);
  addWrites(api, desk, given);
  addOriginateRoute(api, desk, given);
  addTransferRoute(api, desk, given);
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
      return answerOwn(given, request, reply, () => change(desk, connId, request));
    },
  );
  api.post(
    '/v1/calls/:connId/release',
    { config: writes, schema: { ...schema, summary: 'End the call', body: ReleaseBody } },
    (request, reply) =>
      answerOwn(given, request, reply, () => {
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
