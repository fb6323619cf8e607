import { type Static, Type } from 'typebox';
import { recordingViewOf } from '../b2bua/call-view.ts';
import { type RecordingAnswer, type RecordingCommand, recordingActions } from '../call/recording/command.ts';
import { type CallRecording, recorderNames, recordingModes } from '../call/recording/recording.ts';
import { answerOwn, isOwn, refusal, sendAnswer } from './answer-once.ts';
import type { Api } from './api.ts';
import type { Answer, AnswersGiven } from './idempotency.ts';
import { ConnIdParams, json, problems, RecordingView, words, WriteHeaders } from './schemas.ts';

/** Recordings of calls. A command answers when the recorder has. */
export interface RecordingRoutesDesk {
  list(connId: string): readonly CallRecording[] | undefined;
  command(command: RecordingCommand): Promise<RecordingAnswer>;
}

const RecordingBody = Type.Object(
  {
    action: words(recordingActions, 'pause and resume: where the recorder can.'),
    accessCode: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'start: as its entry of recording.flows says.',
      }),
    ),
    mode: Type.Optional(words(recordingModes, 'start, instead of accessCode; record when absent.')),
    backend: Type.Optional(
      words(
        recorderNames,
        'start, instead of accessCode: what records, rtpengine when absent; else: only what it records.',
      ),
    ),
  },
  { additionalProperties: false },
);
type RecordingBody = Static<typeof RecordingBody>;

const Recordings = Type.Object({
  connId: Type.String(),
  recordings: Type.Array(RecordingView, { description: 'The oldest first.' }),
});

/** `/v1/calls/{connId}/recording`. */
export function addRecordingRoutes(api: Api, desk: RecordingRoutesDesk, given: AnswersGiven): void {
  api.get(
    '/v1/calls/:connId/recording',
    {
      config: { scope: 'calls:read' },
      schema: {
        summary: 'The recordings of a call, for a while after its end too',
        params: ConnIdParams,
        response: { 200: json(Recordings, 'All of them'), ...problems(401, 403, 404, 429) },
      },
    },
    (request, reply) => {
      const { connId } = request.params;
      const recordings = isOwn(request, connId) ? desk.list(connId) : undefined;
      return sendAnswer(
        reply,
        recordings === undefined ? refusal('call-unknown') : success(connId, recordings),
      );
    },
  );
  api.post(
    '/v1/calls/:connId/recording',
    {
      config: { scope: 'calls:write' },
      schema: {
        summary: 'Record the call, or leave off',
        params: ConnIdParams,
        headers: WriteHeaders,
        body: RecordingBody,
        response: {
          200: json(Recordings, 'As it is then: it is recorded, or is no more'),
          ...problems(400, 401, 403, 404, 409, 413, 422, 429, 502, 503, 504),
        },
      },
    },
    (request, reply) =>
      answerOwn(given, request, reply, async () => await command(desk, request.params.connId, request.body)),
  );
}

async function command(desk: RecordingRoutesDesk, connId: string, body: RecordingBody): Promise<Answer> {
  const { action, accessCode } = body;
  for (const member of ['mode', 'backend', 'accessCode'] as const)
    if (body[member] !== undefined && !mayName(member, body))
      return refusal(
        'unprocessable',
        { path: `/${member}` },
        `not with ${accessCode === undefined ? action : 'accessCode'}`,
      );
  const answer = await desk.command({ connId, ...body });
  if (answer.ok) return success(connId, answer.recordings);
  const path = answer.code === 'flow-unknown' ? { path: '/accessCode' } : {};
  return refusal(answer.code, path, answer.detail);
}

function mayName(member: 'mode' | 'backend' | 'accessCode', { action, accessCode }: RecordingBody): boolean {
  if (member === 'accessCode') return action === 'start';
  if (accessCode !== undefined) return false;
  return member === 'backend' || action === 'start';
}

function success(connId: string, recordings: readonly CallRecording[]): Answer {
  return { status: 200, text: JSON.stringify({ connId, recordings: recordings.map(recordingViewOf) }) };
}
