import type { Command } from 'commander';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { type Environment, settings } from '../config/settings.ts';
import { readYaml } from '../config/yaml.ts';

/** What commander made of the flags below, by its own camel-case names. */
export interface ConfigFlags {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly [name: string]: unknown;
}

/** `--config`, a flag for each setting that has one, and `--set key=value` for every other key. */
export function addConfigFlags(command: Command): Command {
  command.option('--config <file>', 'YAML file over config/default.yaml (BATON_CONFIG)');
  for (const { flag, meaning, variable } of settings) {
    if (flag !== undefined) command.option(`${flag} <value>`, `${meaning} (${variable})`);
  }
  return command.option(
    '--set <key=value>',
    'any key of config/default.yaml, value in YAML; may repeat',
    append,
    [],
  );
}

/** The configuration that flags, environment and file make. Throws ConfigError. */
export function configFrom(flags: ConfigFlags, env: Environment): Config {
  const values = new Map<string, unknown>((flags.set ?? []).map(splitAssignment));
  for (const { flag, key } of settings) {
    const value = flag === undefined ? undefined : flags[camelCase(flag)];
    if (typeof value === 'string') values.set(key, value);
  }
  return loadConfig(
    flags.config === undefined ? { env, flags: values } : { env, flags: values, file: flags.config },
  );
}

function append(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function splitAssignment(text: string): readonly [string, unknown] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new ConfigError([{ key: '--set', message: `"${text}": expected key=value` }]);
  const key = text.slice(0, equals);
  const value = readYaml(text.slice(equals + 1));
  if (value instanceof Error) throw new ConfigError([{ key, message: value.message }]);
  return [key, value ?? ''];
}

/** `--sip-listen` is `sipListen`, as commander names it. */
function camelCase(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}
