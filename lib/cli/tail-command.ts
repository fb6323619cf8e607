import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { BatonClientError, EventName, StreamItem } from '../client/client.ts';
import { formatStreamItem } from './event-line.ts';
import { UsageError } from './failure.ts';
import type { Paint } from './log-line.ts';
import { addBatonFlags, type BatonFlags, clientOf } from './running-baton.ts';
import { follow, printLog } from './tail.ts';
import type { Terminal } from './terminal.ts';

const followPauseMs = 250;

interface TailFlags extends BatonFlags {
  readonly follow: boolean;
  readonly events?: true;
  readonly dn?: readonly string[];
  readonly connId?: readonly string[];
  readonly id?: readonly EventName[];
  readonly after?: string;
  readonly json?: true;
}

const examples = `
Examples:
  baton serve | baton tail                 the log, for people
  baton tail baton.log                     a log file, which is followed
  baton tail --dn 2001                     what a running Baton tells the party 2001
  baton tail --events --url http://10.0.0.1:8080 | jq .event
                                           all its events as JSON, one a line`;

/** `baton tail`: a log of a file or of standard input; with `--dn` and the like the events of a running Baton. */
export function addTailCommand(program: Command, terminal: Terminal, paint: Paint): void {
  addBatonFlags(program.command('tail'))
    .description('follow a log, or the events of a running Baton')
    .argument('[file]', 'a log; standard input when absent')
    .option('--no-follow', 'stop at the end of the file')
    .option('--events', 'the events of a running Baton; so do the next four')
    .option('--dn <dn>', 'events of this party; may repeat', append)
    .option('--conn-id <connId>', 'events of this call; may repeat', append)
    .option('--id <name>', 'events of this name; may repeat', append)
    .option('--after <position>', 'what came after this position first')
    .option('--json', 'events as JSON also on a terminal')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, flags: TailFlags) => {
      if (!asksForEvents(flags)) return await tailLog(file, flags, terminal, paint);
      if (file !== undefined) throw new UsageError(`a log (${file}) or the events of a Baton, not both`);
      await tailEvents(flags, terminal, paint);
    });
}

function asksForEvents({ events, dn, connId, id, after, url, token }: TailFlags): boolean {
  return [events, dn, connId, id, after, url, token].some(each => each !== undefined);
}

async function tailLog(
  file: string | undefined,
  flags: TailFlags,
  terminal: Terminal,
  paint: Paint,
): Promise<void> {
  const wait = () => (flags.follow ? sleep(followPauseMs, true) : Promise.resolve(false));
  const pieces = file === undefined ? terminal.input : follow({ path: file, wait });
  await printLog(pieces, paint, text => terminal.print(text));
}

/** Ends only when it is refused, or with the process. */
async function tailEvents(flags: TailFlags, terminal: Terminal, paint: Paint): Promise<void> {
  const { dn, connId, id, after, json } = flags;
  const forPeople = terminal.isTerminal && json === undefined;
  const onLost = ({ message }: BatonClientError, retryMs: number) => {
    terminal.complain(`baton: ${message}; again in ${(retryMs / 1_000).toFixed(1)} s`);
  };
  const [onlyCall, ...otherCalls] = connId ?? [];
  const need = onlyCall === undefined || otherCalls.length > 0 ? {} : { connId: onlyCall };
  const client = clientOf(flags, terminal, { scope: 'events:read', ...need });
  for await (const item of client.events({ dn, connId, id, after, onLost })) {
    terminal.print(`${forPeople ? formatStreamItem(item, paint) : jsonOf(item)}\n`);
  }
}

/** As a WebSocket subscriber gets it. */
function jsonOf({ position, event, gap }: StreamItem): string {
  return JSON.stringify(gap === undefined ? { position, event } : { position, gap });
}

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
