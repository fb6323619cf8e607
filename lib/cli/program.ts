import { Command, CommanderError } from 'commander';
import { stringify as stringifyYaml } from 'yaml';
import { type Config, ConfigError } from '../config.ts';
import { unknownVariables } from '../config/settings.ts';
import { compileKeyPolicy } from '../attached-data/key-policy.ts';
import { createLog, type Logger } from '../log.ts';
import { hiddenByPolicy } from '../log/redact.ts';
import { addAgentCommand } from './agent-command.ts';
import { addCallCommand } from './call-command.ts';
import { addConfigFlags, type ConfigFlags, configFrom } from './config-flags.ts';
import { complaintOf } from './failure.ts';
import type { Paint } from './log-line.ts';
import { addOutboxCommand } from './outbox-command.ts';
import { withoutSecrets } from './secrets.ts';
import { type ProcessHost, runService, type Service } from './service.ts';
import { addTailCommand } from './tail-command.ts';
import { exitCodeMeanings, exitCodes, type Terminal } from './terminal.ts';
import { addUserDataCommand } from './user-data-command.ts';
import { addUuiCommands } from './uui-commands.ts';

/** What main.ts offers. A start that `asked` interrupts leaves nothing behind and is rejected with its reason. */
export interface Main {
  serve(config: Config, log: Logger, asked: AbortSignal): Promise<Reloadable>;
  runEngine(config: Config, log: Logger, asked: AbortSignal): Promise<Service>;
}

/** A service that takes over what can change while it runs. */
export interface Reloadable extends Service {
  reload?(config: Config): void;
}

export interface Surroundings {
  readonly terminal: Terminal;
  readonly host: ProcessHost;
  readonly paint: Paint;
  /** Loaded only by the commands that need it: it brings the whole application. */
  loadMain(): Promise<Main>;
}

const exitCodeHelp = `
Exit codes:
${Object.entries(exitCodeMeanings)
  .map(([name, meaning]) => `  ${exitCodes[name as keyof typeof exitCodes]}`.padEnd(6) + meaning)
  .join('\n')}`;

/** Runs one command line (without `node` and the script) and gives the exit code. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram(around, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return failure(error, around.terminal);
  }
}

function buildProgram(around: Surroundings, end: (code: number) => void): Command {
  const { terminal } = around;
  const program = new Command('baton')
    .description("A SIP back-to-back user agent that carries a call's attached data from leg to leg")
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.print(text),
      writeErr: text => terminal.complain(text.trimEnd()),
    });
  addServices(program, around, end);
  addConfigFlags(program.command('check-config'))
    .description('check the configuration and print what is in force')
    .action((flags: ConfigFlags) => {
      terminal.print(stringifyYaml(withoutSecrets(configFrom(flags, terminal.env))));
    });
  addTailCommand(program, terminal, around.paint);
  addCallCommand(program, terminal);
  addUserDataCommand(program, terminal);
  addAgentCommand(program, terminal);
  addOutboxCommand(program, terminal, end);
  addUuiCommands(program, terminal);
  return program;
}

function addServices(program: Command, around: Surroundings, end: (code: number) => void): void {
  addConfigFlags(program.command('serve', { isDefault: true }))
    .description('relay calls until SIGTERM (default)')
    .action(async (flags: ConfigFlags) => {
      const config = configFrom(flags, around.terminal.env);
      let running: Reloadable | undefined;
      const start = async (main: Main, log: Logger, asked: AbortSignal): Promise<Service> => {
        running = await main.serve(config, log, asked);
        return running;
      };
      const reload = (): void => running?.reload?.(configFrom(flags, around.terminal.env));
      end(await runFrom(config, around, start, reload));
    });
  addConfigFlags(program.command('engine'))
    .description('run the SIP engine alone, for drachtio applications')
    .action(async (flags: ConfigFlags) => {
      const config = configFrom(flags, around.terminal.env);
      requireControlSecret(config);
      end(await runFrom(config, around, (main, log, asked) => main.runEngine(config, log, asked)));
    });
}

async function runFrom(
  config: Config,
  { terminal, host, loadMain }: Surroundings,
  start: (main: Main, log: Logger, asked: AbortSignal) => Promise<Service>,
  reload?: () => void,
): Promise<number> {
  const keys = compileKeyPolicy(config.attachedData.keys);
  const hidden = keys.isEmpty ? {} : { hidden: hiddenByPolicy(keys, config.trunks) };
  const log = createLog({ ...config.log, ...hidden });
  for (const name of unknownVariables(terminal.env))
    log.warn({ variable: name }, 'environment variable is not known');
  return await runService({
    host,
    log,
    start: async asked => await start(await loadMain(), log, asked),
    ...(reload !== undefined && { reload }),
    complain: line => terminal.complain(line),
    nowMs: () => performance.now(),
  });
}

/** Who knows the secret gives the engine orders: without one everybody would. */
function requireControlSecret(config: Config): void {
  if (config.engine.control.secret !== '') return;
  throw new ConfigError([
    { key: 'engine.control.secret', message: 'must be set to run the engine alone (BATON_CONTROL_SECRET)' },
  ]);
}

function failure(error: unknown, terminal: Terminal): number {
  // commander has already said what is wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const complaint = complaintOf(error);
  const message = error instanceof Error ? error.message : String(error);
  terminal.complain(`baton: ${complaint?.text ?? message}`);
  return complaint?.exitCode ?? exitCodes.internal;
}
