import type { Command } from 'commander';
import { formatCall } from './call-text.ts';
import { addBatonFlags, type BatonFlags, clientOf } from './running-baton.ts';
import type { Terminal } from './terminal.ts';

/** `baton call CONNID`: a live call with its legs and its data. */
export function addCallCommand(program: Command, terminal: Terminal): void {
  addBatonFlags(program.command('call'))
    .description('show one live call of a running Baton with its legs and its data')
    .argument('<connId>')
    .option('--json', 'JSON also on a terminal')
    .action(async (connId: string, flags: BatonFlags & { readonly json?: true }) => {
      const call = await clientOf(flags, terminal, { scope: 'calls:read', connId }).call(connId);
      const forPeople = terminal.isTerminal && flags.json === undefined;
      terminal.print(forPeople ? formatCall(call) : `${JSON.stringify(call, null, 2)}\n`);
    });
}
