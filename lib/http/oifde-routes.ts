import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from './api.ts';
import { refusal, sendAnswer } from './answer-once.ts';
import { toldFailure } from './failure.ts';

/** The dialog interface, whose answers are its own: what can be read is answered 200, and `ret` says the rest. */
export interface DialogDesk {
  /** `elapsedMs`: since the request arrived. */
  process(body: unknown, elapsedMs: number, vdnId?: string): Promise<object>;
  giveToken(body: unknown): Promise<object>;
  takeRecognition(body: unknown): Promise<object>;
}

/** Of what an IVR says in one request. */
const bodyLimitBytes = 65_536;

/** Tokens of its own stand in the bodies. They are described in docs/recording.md. */
const options = {
  bodyLimit: bodyLimitBytes,
  config: { ownTokens: true },
  schema: { hide: true },
  /** 400 for all that is not JSON, whatever else is wrong with it. */
  errorHandler: (error: Parameters<typeof toldFailure>[0], _request: FastifyRequest, reply: FastifyReply) => {
    const told = toldFailure(error);
    if (told === undefined || told.code === 'too-large' || told.code === 'too-many-requests') throw error;
    return sendAnswer(reply, refusal('bad-request', {}, told.detail));
  },
} as const;

/** Of all its paths. */
export const dialogPrefix = '/oifde/';

/** `/oifde/rest` and all below it. */
export function addDialogRoutes(api: Api, desk: DialogDesk): void {
  api.post('/oifde/rest/crs/process', options, (request, reply) =>
    answer(request, reply, () => desk.process(request.body, reply.elapsedTime)),
  );
  api.post<{ Params: { vdnId: string } }>('/oifde/rest/v2/crs/process/:vdnId', options, (request, reply) => {
    const { vdnId } = request.params;
    if (vdnId === '') return sendAnswer(reply, refusal('not-found'));
    return answer(request, reply, () => desk.process(request.body, reply.elapsedTime, vdnId));
  });
  api.post('/oifde/rest/api/gettoken', options, (request, reply) =>
    answer(request, reply, () => desk.giveToken(request.body)),
  );
  api.post('/oifde/rest/api/flow/asrrecognizeresult', options, (request, reply) =>
    answer(request, reply, () => desk.takeRecognition(request.body)),
  );
}

async function answer(
  { bodyText }: FastifyRequest,
  reply: FastifyReply,
  give: () => Promise<object>,
): Promise<FastifyReply> {
  if (bodyText === '') return sendAnswer(reply, refusal('bad-request', {}, 'the body is not JSON'));
  return sendAnswer(reply, { status: 200, text: JSON.stringify(await give()) });
}
