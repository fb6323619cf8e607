import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallDetail } from '../b2bua/call-view.ts';
import type { ErrorCode } from '../errors.ts';
import type { Grant } from './bearer.ts';
import { tenantOf } from '../call/ids.ts';
import { BodyFault } from './change-body.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { problemFor, type ProblemMembers, problemMediaType } from './problem.ts';

/** Answers a write. With an Idempotency-Key nothing is done twice; the same request is one with the same octets. */
export async function answerOnce(
  given: AnswersGiven,
  { grant, url, bodyText, headers }: FastifyRequest,
  reply: FastifyReply,
  carryOut: () => Answer | Promise<Answer>,
): Promise<FastifyReply> {
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
  const keyed = { owner: grant.id, key, request: `${url}\n${bodyText}` };
  const answer = await given.once(keyed, give);
  if (answer === 'conflict') return sendAnswer(reply, refusal('idempotency-conflict'));
  if (answer === 'under-way') return sendAnswer(reply, refusal('idempotency-in-progress'));
  return sendAnswer(reply, answer);
}

type OwnRequest = FastifyRequest & { readonly params: { readonly connId: string } };

/** The same about a call. Another tenant's is as if it were not there. */
export async function answerOwn(
  given: AnswersGiven,
  request: OwnRequest,
  reply: FastifyReply,
  carryOut: () => Answer | Promise<Answer>,
): Promise<FastifyReply> {
  if (!isOwn(request, request.params.connId)) return sendAnswer(reply, refusal('call-unknown'));
  return answerOnce(given, request, reply, carryOut);
}

/** Of the tenant that the token is for. */
export function isOwn({ grant }: FastifyRequest, connId: string): boolean {
  return grant.tenant === undefined || tenantOf(connId) === grant.tenant;
}

/** Who may not read calls learns by writing only what became of the write. */
export function success(call: CallDetail, { scopes }: Grant, status = 200): Answer {
  const { connId, state, revision } = call;
  const shown = scopes.includes('calls:read') ? call : { connId, state, revision };
  return { status, text: JSON.stringify(shown) };
}

/** A problem (RFC 9457) with the status of its code. */
export function refusal(code: ErrorCode, members: ProblemMembers = {}, detail?: string): Answer {
  const problem = problemFor(code, detail, members);
  return { status: problem.status, text: JSON.stringify(problem) };
}

export function sendAnswer(reply: FastifyReply, { status, text, location }: Answer): FastifyReply {
  if (location !== undefined) void reply.header('location', location);
  return reply
    .code(status)
    .type(status < 400 ? 'application/json; charset=utf-8' : problemMediaType)
    .send(text);
}
