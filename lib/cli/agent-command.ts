import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { Agent, AgentWish } from '../client/client.ts';
import { formatAgent } from './agent-text.ts';
import { UsageError } from './failure.ts';
import { parsePair, type WantedPair } from './pair.ts';
import { addBatonFlags, type BatonFlags, clientOf } from './running-baton.ts';
import type { Terminal } from './terminal.ts';

type Action = AgentWish['action'];

/** What stands behind an action, and what it is called in the request. */
const valueOf: Readonly<Record<Action, { readonly member: string; readonly optional?: true } | undefined>> = {
  login: { member: 'dn' },
  logout: undefined,
  'queue-logout': { member: 'queue' },
  ready: undefined,
  'not-ready': undefined,
  'dnd-on': undefined,
  'dnd-off': undefined,
  'forward-set': { member: 'to' },
  'forward-cancel': undefined,
  'mute-on': undefined,
  'mute-off': undefined,
  'listen-disconnect': undefined,
  'listen-reconnect': undefined,
  'monitor-next-call': { member: 'monitorDn', optional: true },
  'monitor-cancel': undefined,
  'message-waiting-on': undefined,
  'message-waiting-off': undefined,
};

interface AgentFlags extends BatonFlags {
  readonly queue?: readonly string[];
  readonly workMode?: string;
  readonly reason?: readonly string[];
  readonly call?: string;
  readonly type?: string;
  readonly waiting?: number;
  readonly old?: number;
  readonly urgent?: number;
  readonly urgentOld?: number;
  readonly referenceId?: number;
  readonly json?: true;
}

const examples = `
Examples:
  baton agent
  baton agent 1001 login 2001 --queue sales
  baton agent 1001 not-ready --work-mode AuxWork --reason Lunch=1
  baton agent 1001 forward-set +4930123
  baton agent 1001`;

/** `baton agent`: all of them; `baton agent ID`: one; `baton agent ID ACTION …`: asks something of it. Prints how it is then. */
export function addAgentCommand(program: Command, terminal: Terminal): void {
  addBatonFlags(program.command('agent'))
    .description('show the agents of a running Baton, or ask something of one')
    .argument('[agentId]')
    .addArgument(new Argument('[action]').choices(Object.keys(valueOf)))
    .argument(
      '[value]',
      'the DN of login and monitor-next-call, the queue of queue-logout, where forward-set leads',
    )
    .option('--queue <queue>', 'login: a queue; as often as wanted', collect)
    .option('--work-mode <mode>', 'ready and not-ready: AuxWork, AfterCallWork, AutoIn …')
    .option('--reason <pair>', 'key=value; as often as wanted', collect)
    .option('--call <connId>', 'mute-on and listen-disconnect: in this call only')
    .addOption(
      new Option('--type <type>', 'monitor-next-call').choices(['MonitorOneCall', 'MonitorAllCalls']),
    )
    .option('--waiting <number>', 'message-waiting-on: new messages', parseCount)
    .option('--old <number>', 'message-waiting-on: old messages', parseCount)
    .option('--urgent <number>', 'message-waiting-on: how many of the new are urgent', parseCount)
    .option('--urgent-old <number>', 'message-waiting-on: how many of the old are urgent', parseCount)
    .option('--reference-id <number>', 'comes back as ReferenceID of the events', parseCount)
    .option('--json', 'JSON also on a terminal')
    .addHelpText('after', examples)
    .action(
      async (
        id: string | undefined,
        action: Action | undefined,
        value: string | undefined,
        flags: AgentFlags,
      ) => {
        const told = await ask({ id, action, value, flags, terminal });
        terminal.print(asAsked(told, terminal.isTerminal && flags.json === undefined));
      },
    );
}

interface Order {
  readonly id: string | undefined;
  readonly action: Action | undefined;
  readonly value: string | undefined;
  readonly flags: AgentFlags;
  readonly terminal: Terminal;
}

type Told = Partial<Agent> | readonly Agent[];

async function ask({ id, action, value, flags, terminal }: Order): Promise<Told> {
  const client = (scope: 'agents:read' | 'agents:write') => clientOf(flags, terminal, { scope });
  if (id === undefined) return await client('agents:read').agents();
  if (action === undefined) return await client('agents:read').agent(id);
  const wish = await wishOf(action, value, flags);
  return await client('agents:write').commandAgent(id, wish);
}

/** What does not go with the action Baton refuses. */
async function wishOf(action: Action, value: string | undefined, flags: AgentFlags): Promise<AgentWish> {
  const wanted = valueOf[action];
  if (wanted === undefined && value !== undefined) throw new UsageError(`${action}: takes nothing more`);
  if (wanted !== undefined && wanted.optional === undefined && value === undefined)
    throw new UsageError(`${action}: expected ${wanted.member}`);
  const { queue: queues, workMode, reason, call: connId, type, referenceId } = flags;
  const { waiting, old, urgent, urgentOld } = flags;
  const reasons = reason && (await Promise.all(reason.map(parsePair)));
  const members = {
    ...(wanted !== undefined && { [wanted.member]: value }),
    ...{ queues, workMode, reasons, connId, type, waiting, old, urgent, urgentOld, referenceId },
  };
  const given = Object.entries(members).filter(([, each]) => each !== undefined);
  return {
    action,
    ...Object.fromEntries<string | number | readonly (string | WantedPair)[] | undefined>(given),
  } as AgentWish;
}

function asAsked(told: Told, forPeople: boolean): string {
  if (!forPeople) return `${JSON.stringify(told, null, 2)}\n`;
  return (Array.isArray(told) ? (told as readonly Agent[]) : [told as Partial<Agent>])
    .map(formatAgent)
    .join('');
}

function collect(item: string, before: readonly string[] = []): readonly string[] {
  return [...before, item];
}

function parseCount(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}
