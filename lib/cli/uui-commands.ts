import { type Command, Option } from 'commander';
import { profileNames } from '../attached-data/profile.ts';
import { splitAtCommas } from '../config/field.ts';
import { UsageError } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { type UuiBuildOptions, type UuiParseOptions, uuiBuild, uuiParse, valueFromInput } from './uui.ts';

/** `baton uui parse` and `baton uui build`. */
export function addUuiCommands(program: Command, terminal: Terminal): void {
  const uui = program.command('uui').description('read and write User-to-User values (RFC 7433, RFC 7434)');
  uui
    .command('parse')
    .description('judge a header value and print the verdict as JSON')
    .argument('<value...>', 'one line of the header each, or whole header lines; -: from standard input')
    .option('--method <method>', 'the message it stands in: INVITE, BYE, 200/INVITE, …', 'INVITE')
    .option(
      '--header <name>',
      'the header it is the value of (default: User-to-User; of an address Refer-To on REFER, Contact on a 3xx)',
    )
    .option('--in-dialog', 'the message is within a dialog')
    .option('--initial-invite-had-uui', 'the INVITE that began the dialog carried User-to-User')
    .option('--no-initial-invite-had-uui', 'it carried none')
    .option('--no-dialog', 'the dialog is not known')
    .option('--recv-info <packages>', 'the info packages that are taken, with commas between', splitAtCommas)
    .addOption(profileOption('the profile of the trunk it came from: how that reads it'))
    // A token may begin with `-`, so such a value is no unknown option.
    .allowUnknownOption()
    .action(async (values: string[], options: UuiParseOptions, command: Command) => {
      const unknown = values.find(value => value.startsWith('--'));
      if (unknown !== undefined) command.error(`error: unknown option '${unknown}'`);
      const lines = await Promise.all(
        values.map(async value => (value === '-' ? await readInput(terminal) : value)),
      );
      terminal.print(`${JSON.stringify(uuiParse(lines, options), null, 2)}\n`);
    });
  uui
    .command('build')
    .description('make a header value of --data, --hex or --text')
    .option('--data <data>', 'the value as it stands in the header')
    .option('--hex <digits>', 'octets without protocol discriminator')
    .option('--text <text>', 'characters')
    .option('--pd <digits>', 'protocol discriminator, two hex digits')
    .option('--encoding <encoding>', 'hex, ascii or text')
    .option('--purpose <package>', 'package, isdn-uui when absent')
    .option('--content <content>', 'content parameter')
    .addOption(profileOption('in the form of this profile: with --hex or --text, and perhaps --pd'))
    .action((options: UuiBuildOptions) => {
      const built = uuiBuild(options);
      if (!built.ok) throw new UsageError(built.reason);
      terminal.print(`${built.value}\n`);
    });
}

function profileOption(meaning: string): Option {
  return new Option('--profile <name>', meaning).choices(profileNames);
}

async function readInput(terminal: Terminal): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of terminal.input) pieces.push(Buffer.from(piece));
  return valueFromInput(Buffer.concat(pieces).toString('utf8'));
}
