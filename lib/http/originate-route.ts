import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { OriginateAnswer, OriginateRequest } from '../b2bua/origination.ts';
import { answerOnce, refusal, success } from './answer-once.ts';
import type { Api } from './api.ts';
import type { Grant } from './bearer.ts';
import { readStartData } from './change-body.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { json, OriginateBody, problems, WriteHeaders, WrittenCall } from './schemas.ts';

/** Makes calls. It answers as soon as the first party is being called. */
export interface OriginateDesk {
  /** What is special about which keys. */
  readonly keys: KeyPolicy;
  originate(request: OriginateRequest): OriginateAnswer;
}

/** `POST /v1/calls`. */
export function addOriginateRoute(api: Api, desk: OriginateDesk, given: AnswersGiven): void {
  api.post(
    '/v1/calls',
    {
      config: { scope: 'calls:write' },
      schema: {
        summary: 'Call one party, and when it has answered the other',
        headers: WriteHeaders,
        body: OriginateBody,
        response: {
          201: json(WrittenCall, 'The first party is being called; Location is the call'),
          ...problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
        },
      },
    },
    (request, reply) => answerOnce(given, request, reply, () => originate(desk, request)),
  );
}

function originate(
  desk: OriginateDesk,
  { body, grant }: { readonly body: OriginateBody; readonly grant: Grant },
): Answer {
  const { from, to, thirdPartyDn, consult, merged } = body;
  const { entries, paths } = readStartData(body, desk.keys);
  const answer = desk.originate({
    from,
    to,
    entries,
    ...(thirdPartyDn !== undefined && { thirdPartyDn }),
    ...(consult !== undefined && { consult }),
    ...(merged !== undefined && { merged }),
    ...(grant.tenant !== undefined && { tenant: grant.tenant }),
    // Without tokens only this machine is served.
    local: grant.id === '',
  });
  if (answer.ok) {
    const { connId } = answer.call;
    return { ...success(answer.call, grant, 201), location: `/v1/calls/${connId}` };
  }
  const path = answer.party === undefined ? undefined : `/${answer.party}`;
  const place = answer.at === undefined ? path : paths[answer.at];
  return refusal(answer.code, { ...(place !== undefined && { path: place }) }, answer.detail);
}
