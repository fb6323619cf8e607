import { Argument, type Command } from 'commander';
import { BatonError } from '../errors.ts';
import { addConfigFlags, type ConfigFlags, configFrom } from './config-flags.ts';
import { askForCall } from './ask-for-call.ts';
import type { Terminal } from './terminal.ts';

type What = 'get' | 'set' | 'delete';

interface UserDataFlags extends ConfigFlags {
  readonly by?: string;
  readonly url?: string;
}

/** `baton userdata CONNID get`, `set k=v … --by DN`, `delete KEY … --by DN`: prints the data as it is then. */
export function addUserDataCommand(program: Command, terminal: Terminal): void {
  addConfigFlags(program.command('userdata'))
    .description('show or change the attached data of a live call of a running Baton')
    .argument('<connId>')
    .addArgument(new Argument('<what>').choices(['get', 'set', 'delete']))
    .argument('[items...]', 'key=value to set, keys to delete')
    .option('--by <dn>', 'who changes it')
    .option('--url <url>', 'where it listens; http.listen of the configuration when absent')
    .action(async (connId: string, what: What, items: readonly string[], flags: UserDataFlags) => {
      const asked = what === 'get' ? {} : { subpath: '/user-data', body: changeOf(what, items, flags.by) };
      const { http } = configFrom(flags, terminal.env);
      const { userData } = await askForCall({ connId, ...asked, url: flags.url }, http);
      terminal.print(`${JSON.stringify(userData, null, 2)}\n`);
    });
}

function changeOf(what: 'set' | 'delete', items: readonly string[], by: string | undefined): object {
  if (by === undefined) throw new BatonError('bad-request', '--by says whose change it is');
  if (what === 'delete') return { operation: 'delete', thirdPartyDn: by, keys: items };
  return { operation: 'update', thirdPartyDn: by, userData: items.map(pairOf) };
}

function pairOf(item: string): object {
  const equals = item.indexOf('=');
  if (equals < 1) throw new BatonError('bad-request', `"${item}": expected key=value`);
  return { key: item.slice(0, equals), type: 'string', value: item.slice(equals + 1) };
}
