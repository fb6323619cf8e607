import { mergeRules } from '../attached-data/merge.ts';
import { recorderNames, recordingModes } from '../call/recording/recording.ts';
import { consultRules } from '../routing/trunk.ts';
import { type Static, Type } from 'typebox';

/** What goes over the wire: requests are checked against these, and /openapi.json is made of them. */

export const maxDnChars = 128;
/** More pairs than the packed limit has room for at its usual size. */
const maxPairs = 5_000;
/** Nothing that could start a line of its own, and no space at either end: it would be nobody's DN. */
export const dnPattern = '^(?!\\s)[^\\u0000-\\u001f\\u007f]+(?<!\\s)$';

const operations = ['attach', 'update', 'delete', 'delete-all'] as const;
export const valueTypes = ['string', 'int', 'binary', 'list'] as const;
const dataScopes = ['sip', 'uui', 'voip', 'call'] as const;

export function words<const Word extends string>(list: readonly Word[], description: string) {
  return Type.Unsafe<Word>({ type: 'string', enum: [...list], description });
}

const Dn = Type.String({
  minLength: 1,
  maxLength: maxDnChars,
  pattern: dnPattern,
  description: "Who asks. A party's own DN makes it that party's own change.",
});

/** A pair without a place of its own. */
export const barePair = {
  key: Type.String(),
  type: Type.Optional(words(valueTypes, 'What the value must be; taken from the value when absent.')),
  value: Type.Unsafe<unknown>({
    description:
      'A string (base64 when the type is binary), a number, true or false, an object, or, with type list, an array of pairs.',
  }),
};

const Pair = Type.Object(
  {
    ...barePair,
    scope: Type.Optional(
      words(dataScopes, 'Where the pair lives; call, which is nowhere on the wire, when absent.'),
    ),
  },
  { additionalProperties: false },
);

const Headers = Type.Record(Type.String(), Type.String(), { maxProperties: maxPairs });

const CustomContext = Type.Object(
  {
    sipHeaders: Type.Optional(Headers),
    voipHeaders: Type.Optional(Headers),
    userToUser: Type.Optional(Type.String()),
  },
  {
    additionalProperties: false,
    description: 'As Azure Communication Services has it; SIP header names with or without X-MS-Custom-.',
  },
);

export const ReferenceId = Type.Integer({
  minimum: 0,
  maximum: 2 ** 31 - 1,
  description: "Comes back as ReferenceID in the requester's copy of the event.",
});

export const ChangeBody = Type.Object(
  {
    operation: words(operations, "With T-Library's meaning."),
    thirdPartyDn: Dn,
    userData: Type.Optional(Type.Array(Pair, { maxItems: maxPairs, description: 'For attach and update.' })),
    keys: Type.Optional(
      Type.Array(Type.String(), { maxItems: maxPairs, description: 'For delete: all pairs of each key.' }),
    ),
    customContext: Type.Optional(CustomContext),
    referenceId: Type.Optional(ReferenceId),
    ifRevision: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Refused with 409 when the data has another revision.' }),
    ),
  },
  { additionalProperties: false },
);

export type ChangeBody = Static<typeof ChangeBody>;

export const Party = Type.String({
  minLength: 1,
  maxLength: 1_024,
  pattern: dnPattern,
  description: 'A sip or tel URI, or a telephone number. It finds its way by the routes, as any call does.',
});

export const OriginateBody = Type.Object(
  {
    from: Party,
    to: Party,
    thirdPartyDn: Type.Optional(Dn),
    userData: Type.Optional(
      Type.Array(Pair, { maxItems: maxPairs, description: 'Attached from the start.' }),
    ),
    customContext: Type.Optional(CustomContext),
    consult: Type.Optional(
      words(
        consultRules,
        'When `from` holds another call: separate (this one begins without its data), inherited (with a copy), joint (both have the same data); as the route to `to` says when absent.',
      ),
    ),
    merged: Type.Optional(
      words(
        mergeRules,
        'What the data becomes when another call is joined with it; as the route says when absent.',
      ),
    ),
  },
  { additionalProperties: false },
);

export type OriginateBody = Static<typeof OriginateBody>;

const transferModes = ['blind', 'single-step', 'attended'] as const;

export const TransferBody = Type.Object(
  {
    party: Type.Intersect([Dn], { description: 'Who gives the other party away.' }),
    to: Type.Optional(Party),
    otherConnId: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'Mode attended: the other call of the party, instead of `to`.',
      }),
    ),
    mode: words(
      transferModes,
      'blind: the party is released at once; single-step: when the target has answered; attended: the other parties of two calls are connected.',
    ),
    merged: Type.Optional(
      words(mergeRules, 'Mode attended: what the data of the call becomes; as its route says when absent.'),
    ),
    thirdPartyDn: Type.Optional(Dn),
    userData: Type.Optional(
      Type.Array(Pair, {
        maxItems: maxPairs,
        description: 'Updates the data of the call before the target is called.',
      }),
    ),
    customContext: Type.Optional(CustomContext),
  },
  { additionalProperties: false },
);

export type TransferBody = Static<typeof TransferBody>;

/** No body at all will do. */
export const ReleaseBody = Type.Unsafe<{ thirdPartyDn?: string } | null>({
  type: ['object', 'null'],
  properties: { thirdPartyDn: Dn },
  additionalProperties: false,
});

export const ConnIdParams = Type.Object({
  connId: Type.String({ description: '`<16 hex digits>@<tenant>:<node>`' }),
});

export const WriteHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same key with the same request gets the same answer, and nothing is done twice.',
    }),
  ),
});

const LegView = Type.Object({
  dn: Type.String(),
  role: words(['caller', 'callee'], ''),
  state: Type.String(),
  trunk: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
});

const callView = {
  connId: Type.String(),
  callThreadId: Type.String(),
  state: words(['screening', 'inviting', 'ringing', 'answered', 'established', 'released'], ''),
  legs: Type.Array(LegView),
  startedAt: Type.String({ format: 'date-time' }),
};

export const CallList = Type.Object({ calls: Type.Array(Type.Object(callView)) });

const revision = Type.Integer({ description: 'Counts the changes of the data.' });

export const ShownPairs = Type.Array(
  Type.Object({ key: Type.String(), type: words(valueTypes, ''), value: Type.Unsafe<unknown>({}) }),
);

const carried = {
  userData: ShownPairs,
  customContext: Type.Object({
    sipHeaders: Type.Record(Type.String(), Type.String()),
    voipHeaders: Type.Record(Type.String(), Type.String()),
    userToUser: Type.Optional(Type.String()),
  }),
};

export const RecordingView = Type.Object({
  recordingId: Type.String({ description: 'userid of who asked for it, or of our making.' }),
  mode: words(recordingModes, ''),
  backend: words(recorderNames, ''),
  state: words(['starting', 'active', 'paused', 'stopping', 'stopped', 'failed'], ''),
  startedAt: Type.String({ format: 'date-time', description: 'When it was asked for.' }),
  endedAt: Type.Optional(Type.String({ format: 'date-time' })),
  segments: Type.Array(
    Type.Object({
      file: Type.Optional(Type.String({ description: "On the recorder's machine." })),
      bytes: Type.Optional(Type.Integer({ description: 'Final when the recording has stopped.' })),
      startedAt: Type.Optional(Type.String({ format: 'date-time' })),
      endedAt: Type.Optional(Type.String({ format: 'date-time' })),
    }),
  ),
  code: Type.Optional(Type.String({ description: 'Why it failed: one of docs/errors.md.' })),
  reason: Type.Optional(Type.String({ description: 'For people.' })),
});

const recording = Type.Union([RecordingView, Type.Null()], { description: 'The one begun last.' });

export const CallDetail = Type.Object({ ...callView, ...carried, revision, recording });

const { connId, state, ...restOfView } = callView;

/** What a write is answered with. */
export const WrittenCall = Type.Object(
  {
    connId,
    state,
    revision,
    ...Type.Partial(Type.Object({ ...restOfView, ...carried, recording })).properties,
  },
  { description: 'Tokens without calls:read get connId, state and revision only.' },
);

const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'One of docs/errors.md.' }),
  detail: Type.Optional(Type.String()),
  path: Type.Optional(Type.String({ description: 'JSON pointer to the fault in the body.' })),
  revision: Type.Optional(Type.Integer({ description: 'The current one.' })),
});

/** Answers of these statuses are problems (RFC 9457), and so is whatever else is not as it should be. */
export function problems(...statuses: readonly number[]): Readonly<Record<string, unknown>> {
  const answer = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: Problem } },
  });
  return {
    ...Object.fromEntries(statuses.map(status => [status, answer(`Refused with ${status}`)])),
    default: answer('Any other refusal: a request that cannot be read (400, 408, 431), a defect (500)'),
  };
}

/** For readers: what is sent is of the types of the program. */
export function json(schema: unknown, description: string): unknown {
  return { description, content: { 'application/json': { schema } } };
}
