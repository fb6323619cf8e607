import { type Command, InvalidArgumentError } from 'commander';
import { type Config, ConfigError } from '../config.ts';
import { outboxPlace } from '../main/outbox-place.ts';
import type { StoppedOutbox, WantedLetters } from '../store/outbox/stopped-outbox.ts';
import { addConfigFlags, type ConfigFlags, configFrom } from './config-flags.ts';
import { UsageError } from './failure.ts';
import {
  deadLetterView,
  formatDeadLetter,
  formatRetried,
  formatStatus,
  statusView,
  type TopicNames,
} from './outbox-text.ts';
import { exitCodes, type Terminal } from './terminal.ts';

interface OutboxFlags extends ConfigFlags {
  readonly json?: true;
  readonly all?: true;
}

/** What a command makes of an opened outbox: for people, for programs, and whether all was done. */
interface Answer {
  readonly text: string;
  readonly json: unknown;
  readonly isRefused?: boolean;
}

interface Opened {
  readonly outbox: StoppedOutbox;
  readonly folder: string;
  readonly topics: TopicNames;
}

const examples = `
Examples:
  baton outbox status
  baton outbox dead --json
  baton outbox dead 17
  baton outbox retry 17 18
  baton outbox retry --all

Baton must not be running: it holds its outbox.`;

/** `baton outbox status | dead | retry | drop`: the events that wait for Kafka, and those that were set apart. */
export function addOutboxCommand(program: Command, terminal: Terminal, end: (code: number) => void): void {
  const outbox = program
    .command('outbox')
    .description(
      'look at the events that wait for Kafka, and at those that were set apart, of a Baton at rest',
    )
    .addHelpText('after', examples);
  const answer = async (flags: OutboxFlags, work: (opened: Opened) => Answer): Promise<void> => {
    const { text, json, isRefused = false } = await withOutbox(configFrom(flags, terminal.env), work);
    const forPeople = terminal.isTerminal && flags.json === undefined;
    terminal.print(forPeople ? text : `${JSON.stringify(json, null, 2)}\n`);
    if (isRefused) end(exitCodes.failed);
  };
  addFlags(outbox.command('status'))
    .description('how much waits, and how much is set apart')
    .action(async (flags: OutboxFlags) => await answer(flags, status));
  addFlags(outbox.command('dead'))
    .description('the events that were set apart; with their positions: what is in them')
    .argument('[position...]', 'which; all when absent', collectPositions)
    .action(async (positions: readonly number[], flags: OutboxFlags) => {
      await answer(flags, opened => dead(opened, positions));
    });
  for (const [name, meaning, carryOut] of changes)
    addFlags(outbox.command(name))
      .description(meaning)
      .argument('[position...]', 'which', collectPositions)
      .option('--all', 'all there are')
      .action(async (positions: readonly number[], flags: OutboxFlags) => {
        const wanted = wantedOf(positions, flags);
        await answer(flags, opened => carryOut(opened, wanted));
      });
}

/** What is done to events that were set apart. */
const changes = [
  [
    'retry',
    'put events back that were set apart: the next run publishes them, at the end of their keys',
    retry,
  ],
  ['drop', 'forget events for good that were set apart', drop],
] as const;

function addFlags(command: Command): Command {
  return addConfigFlags(command).option('--json', 'JSON also on a terminal');
}

async function withOutbox(config: Config, work: (opened: Opened) => Answer): Promise<Answer> {
  const { kind } = config.kafka.outbox;
  if (kind === 'none')
    throw new ConfigError([{ key: 'kafka.outbox.kind', message: 'is none: no event is on disk' }]);
  // LMDB is native code: only for those who need it.
  const { openStoppedOutbox } = await import('../store/outbox/outbox-folder.ts');
  const place = outboxPlace(config);
  const outbox = await openStoppedOutbox({ ...place, nowMs: Date.now });
  try {
    return work({ outbox, folder: place.folder, topics: config.kafka.topics });
  } finally {
    await outbox.close();
  }
}

function status({ outbox, folder }: Opened): Answer {
  const found = outbox.status();
  return { text: formatStatus(folder, found), json: statusView(folder, found) };
}

function dead({ outbox, topics }: Opened, positions: readonly number[]): Answer {
  const isWhole = positions.length > 0;
  const letters = [...outbox.deadLetters(isWhole ? positions : 'all')];
  const views = letters.map(letter => deadLetterView(letter, topics, isWhole));
  const text = views.length === 0 ? 'nothing is set apart\n' : views.map(formatDeadLetter).join('');
  return { text, json: views };
}

function retry({ outbox }: Opened, wanted: WantedLetters): Answer {
  const done = outbox.retry(wanted);
  return { text: formatRetried(done), json: done, isRefused: done.left.length > 0 };
}

function drop({ outbox }: Opened, wanted: WantedLetters): Answer {
  const dropped = outbox.drop(wanted);
  return { text: `forgotten: ${dropped.length}\n`, json: { dropped } };
}

function wantedOf(positions: readonly number[], { all }: OutboxFlags): WantedLetters {
  if ((positions.length === 0) === (all === undefined))
    throw new UsageError('expected positions, or --all for all there are');
  return all === undefined ? positions : 'all';
}

function collectPositions(text: string, before: readonly number[] = []): readonly number[] {
  if (/^[1-9]\d{0,14}$/.test(text)) return [...before, Number(text)];
  throw new InvalidArgumentError('Expected a position, as `baton outbox dead` shows it.');
}
