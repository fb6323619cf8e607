import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { bound } from './bound.ts';
import { checkNames, logLine, thirdParties, told } from './scenario-third-party.ts';
import { fillIn } from './words.ts';

const party = z.strictObject({
  /** XML file, relative to the story. */
  scenario: z.string().optional(),
  /** What SIPp must end with. */
  exit: z.number().int().default(0),
  /** Further SIPp options. */
  args: z.array(z.string()).default([]),
  /** Calls this party takes part in; default: those of the story. */
  calls: z.number().int().positive().optional(),
  transport: z.enum(['udp', 'tcp']).optional(),
  /** SIPp's statistics by name, e.g. `Retransmissions`. */
  statistics: z.record(z.string(), bound).default({}),
  /** SIPp's counts by message, e.g. `3_200_Retrans`. */
  messages: z.record(z.string(), bound).default({}),
  /** The events that came by INFO. */
  told: told.prefault({}),
});
export type Party = z.infer<typeof party>;

const rawMessage = z.strictObject({
  name: z.string(),
  transport: z.enum(['udp', 'tcp']).default('udp'),
  /** Joined with CRLF. Words in braces are filled in: see sipp-scenarios/README.md. */
  lines: z.array(z.string()),
  /** Sent this often, each from the same socket, with a fresh branch and Call-ID. */
  times: z.number().int().positive().default(1),
  /** Status of the answer, or that none comes. */
  answer: z.union([z.number().int(), z.literal('silence')]),
  /** How many answers of that status; default: one each. */
  answers: bound.optional(),
  /** Text that the answer must contain. */
  contains: z.array(z.string()).default([]),
});
export type RawMessage = z.infer<typeof rawMessage>;

const expectation = z
  .strictObject({
    summary: z.string(),
    calls: z.number().int().positive().default(1),
    /** Calls a second. */
    rate: z.number().positive().default(10),
    /** Percent of messages lost, each way, at each SIPp. */
    lossPercent: z.number().min(0).max(50).default(0),
    transport: z.enum(['udp', 'tcp']).default('udp'),
    ip: z.union([z.literal(4), z.literal(6)]).default(4),
    /** `local`: an address of this machine that is not loopback. */
    address: z.enum(['loopback', 'local']).default('loopback'),
    timeoutMs: z.number().int().positive().default(20_000),
    /** How long Baton may take to forget the calls. */
    settleMs: z.number().int().positive().default(3_000),
    /** A real one stands beside Baton; `{rtpengine}` is its control port. */
    rtpengine: z.boolean().default(false),
    uac: party.prefault({}),
    /** One SIPp each, in order; default: `uas.xml` when the story has one. */
    uas: z.array(party).optional(),
    /** Sent before the calls. */
    raw: z.array(rawMessage).default([]),
    ...thirdParties,
    baton: z
      .strictObject({
        /** Calls in `GET /v1/calls` when all is over. */
        calls: z.number().int().default(0),
        /** How much a series grew. */
        metrics: z.record(z.string(), bound).default({}),
        log: z.array(logLine).default([]),
        /** Highest pino level that may be logged; 50 is error. */
        worstLevel: z.number().int().default(40),
        /** With which the story itself asks for calls and metrics, where tokens are configured. */
        token: z.string().optional(),
      })
      .prefault({}),
  })
  .check(({ value, issues }) => checkNames(value, issues));

export interface Story extends z.infer<typeof expectation> {
  readonly name: string;
  readonly folder: string;
  /** Path of the UAC's scenario; none when the story is raw messages only. */
  readonly uacScenario: string | undefined;
  readonly uasScenarios: readonly string[];
  /** Text of `config.yaml` with words in braces, merged over the stories' defaults. */
  readonly config: string | undefined;
}

export const storiesFolder = fileURLToPath(new URL('../../sipp-scenarios', import.meta.url));

export function storyNames(folder = storiesFolder): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && existsSync(join(folder, entry.name, 'expect.json')))
    .map(entry => entry.name)
    .sort();
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

/** A file that the story names must be there. */
function named(folder: string, file: string): string {
  const path = join(folder, file);
  if (!existsSync(path)) throw new Error(`${path}: there is no such file`);
  return path;
}

/** Throws, with every problem named, when expect.json does not have the shape that sipp-scenarios/README.md tells. */
export function loadStory(name: string, root = storiesFolder): Story {
  const folder = join(root, name);
  const read = expectation.safeParse(JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')));
  if (!read.success) throw new Error(`${name}/expect.json:\n${z.prettifyError(read.error)}`);
  const { uac, uas } = read.data;
  const targets = uas ?? (existsSync(join(folder, 'uas.xml')) ? [party.parse({})] : []);
  const config = existing(join(folder, 'config.yaml'));
  return {
    ...read.data,
    name,
    folder,
    uas: targets,
    uacScenario: uac.scenario === undefined ? existing(join(folder, 'uac.xml')) : named(folder, uac.scenario),
    uasScenarios: targets.map((target, at) =>
      named(folder, target.scenario ?? (at === 0 ? 'uas.xml' : `uas-${at + 1}.xml`)),
    ),
    config: config === undefined ? undefined : readFileSync(config, 'utf8'),
  };
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(base: Tree, over: Tree): Tree {
  const merged = Object.entries(over).map(([key, value]): [string, unknown] => {
    const below = base[key];
    return [key, isTree(below) && isTree(value) ? merge(below, value) : value];
  });
  return { ...base, ...Object.fromEntries<unknown>(merged) };
}

/** Baton's configuration for one run of a story, as text of a file. */
export function configText(story: Story, words: ReadonlyMap<string, string>, defaults: Tree): string {
  const own: unknown = story.config === undefined ? {} : parse(fillIn(story.config, words));
  return JSON.stringify(merge(defaults, isTree(own) ? own : {}), null, 2);
}
