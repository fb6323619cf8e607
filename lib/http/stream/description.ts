import { Type } from 'typebox';
import { problems } from '../schemas.ts';

const texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));

/** `GET /v1/events` for the readers of /openapi.json. */
export const streamDescription = {
  summary: 'Every event as it happens',
  description:
    'Server-sent events, or a WebSocket where the request asks for an upgrade to one. The first message, and later ones with heartbeats, carry a position alone: an id without data, or {"position"}.',
  querystring: Type.Object({
    dn: texts('Only copies of these parties.'),
    connId: texts('Only these calls.'),
    id: texts('Only events of these names.'),
    after: Type.Optional(
      Type.String({ description: 'The last position seen: what came since is sent first.' }),
    ),
  }),
  headers: Type.Object({
    'last-event-id': Type.Optional(Type.String({ description: 'The same as after, and stronger.' })),
  }),
  response: {
    200: { description: 'The stream', content: { 'text/event-stream': { schema: Type.String() } } },
    ...problems(401, 403, 406, 422, 429, 503),
  },
};
