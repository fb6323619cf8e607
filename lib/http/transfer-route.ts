import type { KeyPolicy } from '../attached-data/key-policy.ts';
import type { TransferAim, TransferAnswer, TransferRequest } from '../b2bua/requests.ts';
import type { ErrorCode } from '../errors.ts';
import { answerOwn, refusal, success } from './answer-once.ts';
import type { Api } from './api.ts';
import type { Grant } from './bearer.ts';
import { readStartData } from './change-body.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { ConnIdParams, json, problems, TransferBody, WriteHeaders, WrittenCall } from './schemas.ts';

/** Transfers calls. It answers as soon as the target is being called. */
export interface TransferDesk {
  /** What is special about which keys. */
  readonly keys: KeyPolicy;
  transfer(request: TransferRequest): TransferAnswer;
}

export function addTransferRoute(api: Api, desk: TransferDesk, given: AnswersGiven): void {
  api.post(
    '/v1/calls/:connId/transfer',
    {
      config: { scope: 'calls:write' },
      schema: {
        summary: 'Give the other party of the call to somebody else',
        params: ConnIdParams,
        headers: WriteHeaders,
        body: TransferBody,
        response: {
          202: json(WrittenCall, 'The target is being called; events tell what becomes of it'),
          ...problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
        },
      },
    },
    (request, reply) =>
      answerOwn(given, request, reply, () => transfer(desk, request.params.connId, request)),
  );
}

function transfer(
  desk: TransferDesk,
  connId: string,
  { body, grant }: { readonly body: TransferBody; readonly grant: Grant },
): Answer {
  const { party, thirdPartyDn } = body;
  const aim = aimOf(body);
  if ('path' in aim) return refusal('unprocessable', aim);
  const { entries, paths } = readStartData(body, desk.keys);
  const answer = desk.transfer({
    connId,
    party,
    aim,
    entries,
    ...(thirdPartyDn !== undefined && { thirdPartyDn }),
    // Without tokens only this machine is served.
    local: grant.id === '',
  });
  if (answer.ok) return success(answer.call, grant, 202);
  const member = answer.ofOther === true ? '/otherConnId' : memberAtFault[answer.code];
  const path = answer.at === undefined ? member : paths[answer.at];
  return refusal(answer.code, { ...(path !== undefined && { path }) });
}

/** One way to name the target: a URI, or another call. */
function aimOf({ mode, to, otherConnId, merged }: TransferBody): TransferAim | Fault {
  if (mode !== 'attended') {
    if (otherConnId !== undefined) return { path: '/otherConnId', detail: 'only with mode attended' };
    if (merged !== undefined) return { path: '/merged', detail: 'only with mode attended' };
    return to === undefined ? { path: '/to', detail: 'required with this mode' } : { mode, to };
  }
  if (to !== undefined) return { path: '/to', detail: 'not with mode attended' };
  if (otherConnId === undefined) return { path: '/otherConnId', detail: 'required with mode attended' };
  return { mode, otherConnId, ...(merged !== undefined && { merged }) };
}

interface Fault {
  readonly path: string;
  readonly detail: string;
}

/** Which member of the body a code speaks of. */
const memberAtFault: Readonly<Partial<Record<ErrorCode, string>>> = {
  'party-unknown': '/party',
  unprocessable: '/to',
  'bad-refer-to': '/to',
  'relay-denied': '/to',
  'no-route': '/to',
};
