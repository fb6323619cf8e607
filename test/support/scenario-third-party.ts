import { z } from 'zod';
import { bound } from './bound.ts';
import type { Pattern } from './pattern.ts';

/** Compared by `fits`. */
const pattern = z.json() as z.ZodType<Pattern>;
const members = z.record(z.string(), pattern);

/** What somebody was told: a subscriber by its stream, a SIPp by INFO. */
export const told = z.strictObject({
  /** How many events. */
  count: bound.optional(),
  /** Each of them in order, gaps as `{"gap": {…}}`. */
  events: z.array(members).optional(),
  /** The data of every change that a step made, in the order of the revisions, and nothing else. */
  writesInOrder: z.boolean().default(false),
});
export type Told = z.infer<typeof told>;

const subscriber = z.strictObject({
  carrier: z.enum(['sse', 'websocket']).default('sse'),
  /** Parameters of /v1/events; a list repeats its parameter. */
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  token: z.string().optional(),
  /** false: reads nothing until a step says so, or all is over. */
  reads: z.boolean().default(true),
  /** Of the answer to the subscription. */
  status: z.number().int().default(200),
  told: told.prefault({}),
  /** Code with which Baton ends its last stream; default: by the stop at the end of the story. */
  cut: z.string().default('shutting-down'),
});
export type SubscriberStory = z.infer<typeof subscriber>;

const reply = z.union([
  z.literal('hang'),
  z.literal('break'),
  z.strictObject({
    status: z.number().int(),
    headers: z.record(z.string(), z.string()).default({}),
    /** JSON. */
    body: z.json().optional(),
  }),
]);

const receiver = z.strictObject({
  /** To the first request, the second, …; the last is for all that follow. */
  replies: z
    .array(reply)
    .min(1)
    .prefault([{ status: 204 }]),
  /** How many requests come. */
  requests: bound.optional(),
  /** By the requests that it answered with 2xx. */
  told: told.prefault({}),
});
export type ReceiverStory = z.infer<typeof receiver>;

const answer = z.strictObject({
  status: z.number().int(),
  /** How many of the answers are of this kind. */
  times: bound.default({ atLeast: 1 }),
  headers: members.default({}),
  body: pattern.optional(),
});
export type AnswerStory = z.infer<typeof answer>;

const request = z
  .strictObject({
    method: z.string().default('POST'),
    path: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    token: z.string().optional(),
    /** JSON. */
    body: z.json().optional(),
    /** Instead of a body: what may be no JSON. */
    text: z.string().optional(),
    /** As many at once, `{n}` is 1 for the first. */
    times: z.number().int().positive().default(1),
    /** Each answer must be of one of these kinds. */
    answers: z
      .array(answer)
      .min(1)
      .prefault([{ status: 200 }]),
  })
  .refine(({ body, text }) => body === undefined || text === undefined, 'either body or text');
export type RequestStory = z.infer<typeof request>;

export const logLine = z.strictObject({
  msg: z.string(),
  /** Fields and their values; a text between slashes is a regular expression. */
  fields: z.record(z.string(), pattern).default({}),
  /** How often; default: at least once. 0: never. */
  times: bound.default({ atLeast: 1 }),
});
export type LogExpectation = z.infer<typeof logLine>;

/** All of it must be so. */
const moment = z.strictObject({
  log: z.array(logLine).default([]),
  /** How many calls of a state `GET /v1/calls` has, at least. */
  calls: z.record(z.string(), z.number().int()).default({}),
  /** How many events a subscriber has seen, at least. */
  seen: z.record(z.string(), z.number().int()).default({}),
  /** How many requests a webhook receiver has got, at least. */
  received: z.record(z.string(), z.number().int()).default({}),
  /** How much a series grew since the start of the story. */
  metrics: z.record(z.string(), bound).default({}),
});
export type Moment = z.infer<typeof moment>;

const actions = ['requests', 'subscribe', 'leave', 'read'] as const;

const step = z
  .strictObject({
    /** When; default: once the step before is done. */
    after: moment.optional(),
    /** All sent at once. */
    requests: z.array(request).min(1).optional(),
    /** Name of a subscriber; one who was there before comes back with the last position it saw. */
    subscribe: z.string().optional(),
    /** Name of a subscriber who closes its stream. */
    leave: z.string().optional(),
    /** Name of a subscriber who did not read and reads from now on. */
    read: z.string().optional(),
  })
  .refine(
    one => actions.filter(action => one[action] !== undefined).length === 1,
    `one of ${actions.join(', ')}`,
  );
export type Step = z.infer<typeof step>;

export const thirdParties = {
  /** Who receives webhooks, by name. */
  receivers: z.record(z.string(), receiver).default({}),
  /** Who reads /v1/events, by name: from before the calls, unless a step lets it in. */
  subscribers: z.record(z.string(), subscriber).default({}),
  /** What is done before the calls, one after the other. */
  prepare: z.array(step).default([]),
  /** What is done during the calls, one after the other. */
  steps: z.array(step).default([]),
};

interface Named {
  readonly subscribers: Readonly<Record<string, unknown>>;
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
}

/** Everybody whom a step names must be there. */
export function checkNames(story: Named, issues: z.core.$ZodRawIssue[]): void {
  for (const list of ['prepare', 'steps'] as const) checkSteps(list, story, issues);
}

function checkSteps(list: 'prepare' | 'steps', story: Named, issues: z.core.$ZodRawIssue[]): void {
  for (const [at, { subscribe, leave, read, after }] of story[list].entries()) {
    const missing = [
      ...absent([subscribe, leave, read, ...Object.keys(after?.seen ?? {})], story.subscribers),
      ...absent(Object.keys(after?.received ?? {}), story.receivers),
    ];
    for (const name of missing) {
      const message = `nobody is named ${JSON.stringify(name)}`;
      issues.push({ code: 'custom', path: [list, at], message, input: name });
    }
  }
}

function absent(names: readonly (string | undefined)[], all: Readonly<Record<string, unknown>>): string[] {
  return names.filter((name): name is string => name !== undefined && !Object.hasOwn(all, name));
}
