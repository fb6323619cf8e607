import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { UserDataPair, WrittenCall } from '../client/client.ts';
import { formatUserData } from './call-text.ts';
import { UsageError } from './failure.ts';
import { parsePair, type WantedPair } from './pair.ts';
import { addBatonFlags, type BatonFlags, clientOf } from './running-baton.ts';
import type { Terminal } from './terminal.ts';

const operations = ['get', 'set', 'attach', 'delete', 'delete-all'] as const;
type Operation = (typeof operations)[number];

interface UserDataFlags extends BatonFlags {
  readonly by?: string;
  readonly scope?: NonNullable<WantedPair['scope']>;
  readonly ifRevision?: number;
  readonly json?: true;
}

const examples = `
Examples:
  baton userdata CONNID get
  baton userdata CONNID set CaseId=42 Age:int=5 Photo:binary=@face.png --by crm
  baton userdata CONNID set CaseId=42 --scope sip --if-revision 3 --by crm
  baton userdata CONNID delete CaseId --by crm`;

/** `baton userdata CONNID get`, `set k=v … --by DN`, `delete KEY … --by DN`: prints the data as it is then. */
export function addUserDataCommand(program: Command, terminal: Terminal): void {
  addBatonFlags(program.command('userdata'))
    .description('show or change the attached data of a live call of a running Baton')
    .argument('<connId>')
    .addArgument(new Argument('<operation>').choices(operations))
    .argument('[items...]', 'key=value or key:type=value to set or attach, keys to delete')
    .option('--by <dn>', 'who changes it')
    .addOption(new Option('--scope <scope>', 'where the pairs live').choices(['sip', 'uui', 'voip', 'call']))
    .option('--if-revision <number>', 'only when the data still has this revision', parseRevision)
    .option('--json', 'JSON also on a terminal')
    .addHelpText('after', examples)
    .action(async (connId: string, operation: Operation, items: readonly string[], flags: UserDataFlags) => {
      checkItems(operation, items);
      const { userData } = await carryOut({ connId, operation, items, flags, terminal });
      if (userData === undefined) return terminal.complain('baton: done; the token may not read the data');
      terminal.print(asAsked(userData, terminal.isTerminal && flags.json === undefined));
    });
}

interface Order {
  readonly connId: string;
  readonly operation: Operation;
  readonly items: readonly string[];
  readonly flags: UserDataFlags;
  readonly terminal: Terminal;
}

async function carryOut({ connId, operation, items, flags, terminal }: Order): Promise<WrittenCall> {
  if (operation === 'get')
    return await clientOf(flags, terminal, { scope: 'calls:read', connId }).call(connId);
  const { by: thirdPartyDn, scope, ifRevision } = flags;
  if (thirdPartyDn === undefined) throw new UsageError('--by says whose change it is');
  const author = { thirdPartyDn, ...(ifRevision !== undefined && { ifRevision }) };
  const client = () => clientOf(flags, terminal, { scope: 'calls:write', connId });
  switch (operation) {
    case 'set':
      return await client().update(connId, { ...author, userData: await pairsOf(items, scope) });
    case 'attach':
      return await client().attach(connId, { ...author, userData: await pairsOf(items, scope) });
    case 'delete':
      return await client().delete(connId, { ...author, keys: items });
    case 'delete-all':
      return await client().deleteAll(connId, author);
  }
}

const itemsOf: Readonly<Record<Operation, string | undefined>> = {
  get: undefined,
  set: 'key=value',
  attach: 'key=value',
  delete: 'the keys',
  'delete-all': undefined,
};

function checkItems(operation: Operation, items: readonly string[]): void {
  const expected = itemsOf[operation];
  if (expected !== undefined && items.length === 0)
    throw new UsageError(`${operation}: expected ${expected}`);
  if (expected === undefined && items.length > 0) throw new UsageError(`${operation}: takes nothing more`);
}

async function pairsOf(items: readonly string[], scope: WantedPair['scope']): Promise<readonly WantedPair[]> {
  const pairs = await Promise.all(items.map(parsePair));
  return scope === undefined ? pairs : pairs.map(pair => ({ ...pair, scope }));
}

function asAsked(userData: readonly UserDataPair[], forPeople: boolean): string {
  return forPeople ? formatUserData(userData) : `${JSON.stringify(userData, null, 2)}\n`;
}

function parseRevision(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}
