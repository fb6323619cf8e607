import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { renamedDataHeaders } from './attached-data/rename.ts';
import { crossCheck } from './config/cross-checks.ts';
import { ConfigError, type Problem, problemsOf } from './config/problem.ts';
import { configSchema } from './config/schema.ts';
import { configFileVariable, type Environment, settings, variable } from './config/settings.ts';
import { isTree, mergeTrees, type Tree, treeWith, valueAt } from './config/tree.ts';
import { readYaml } from './config/yaml.ts';
import { type Route, takesDelayedOffer, type Trunk } from './routing/trunk.ts';

export { ConfigError, type Problem } from './config/problem.ts';

type Values = z.output<typeof configSchema>;

/** The whole configuration, checked and parsed. What each key means stands in config/default.yaml. */
export type Config = Readonly<Omit<Values, 'trunks' | 'routes'>> & {
  readonly trunks: readonly Trunk[];
  readonly routes: readonly Route[];
};

export interface ConfigSources {
  /** `--config FILE`. */
  readonly file?: string;
  /** Values of flags by key (`sip.listen`); strings, or whatever YAML makes of `--set key=value`. */
  readonly flags?: ReadonlyMap<string, unknown>;
  readonly env?: Environment;
  /** Text of a file; throws when there is none. */
  readonly readFile?: (path: string) => string;
}

/** Beside lib/ and beside dist/ alike. */
export const defaultFile = fileURLToPath(new URL('../config/default.yaml', import.meta.url));

/** Flag over environment over file over config/default.yaml. Throws ConfigError, which names every problem. */
export function loadConfig(sources: ConfigSources = {}): Config {
  const { env = {}, flags = new Map<string, unknown>() } = sources;
  const readFile = sources.readFile ?? readTextFile;
  const file = sources.file ?? variable(env, configFileVariable);
  const layers = [
    readTree(defaultFile, readFile),
    file === undefined ? {} : readTree(file, readFile),
    environmentTree(env),
    [...flags].map(([key, value]) => treeWith(key, value)).reduce(mergeTrees, {}),
  ];
  const tree = layers.reduce(mergeTrees);
  const result = configSchema.safeParse(tree);
  const problems = [...(result.success ? [] : problemsOf(result.error)), ...crossCheck(tree)];
  if (!result.success || problems.length > 0)
    throw new ConfigError(problems.map(problem => withOrigin(problem, sources)));
  return withInherited(result.data);
}

function readTree(path: string, readFile: (path: string) => string): Tree {
  const value = readYaml(textAt(path, readFile));
  if (value instanceof Error) throw new ConfigError([{ key: path, message: value.message }]);
  if (value === null || value === undefined) return {};
  if (!isTree(value)) throw new ConfigError([{ key: path, message: 'expected keys and values' }]);
  return value;
}

function textAt(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new ConfigError([{ key: path, message: error instanceof Error ? error.message : String(error) }]);
  }
}

function environmentTree(env: Environment): Tree {
  return settings
    .map(setting => ({ key: setting.key, value: variable(env, setting.variable) }))
    .filter(({ value }) => value !== undefined)
    .map(({ key, value }) => treeWith(key, value))
    .reduce(mergeTrees, {});
}

/** Says which flag or variable a bad value came from, when it was one. */
function withOrigin(problem: Problem, sources: ConfigSources): Problem {
  const setting = settings.find(
    known => problem.key === known.key || problem.key.startsWith(`${known.key}[`),
  );
  if (setting === undefined || isSetByFlag(setting.key, sources.flags)) return problem;
  if (variable(sources.env ?? {}, setting.variable) === undefined) return problem;
  return { key: problem.key, message: `${problem.message} (from ${setting.variable})` };
}

function isSetByFlag(key: string, flags: ReadonlyMap<string, unknown> | undefined): boolean {
  const tree = [...(flags ?? [])].map(([name, value]) => treeWith(name, value)).reduce(mergeTrees, {});
  return valueAt(tree, key) !== undefined;
}

function withInherited(values: Values): Config {
  return {
    ...values,
    trunks: values.trunks.map(trunk => ({
      ...trunk,
      tenant: trunk.tenant ?? values.tenant,
      notify: trunk.notify ?? trunk.profile.notify,
      transfer: trunk.transfer ?? trunk.profile.transfer,
      dataHeaders: [...trunk.dataHeaders, ...renamedDataHeaders(trunk.rename)],
      delayedOffer: trunk.delayedOffer ?? takesDelayedOffer(trunk.profile),
    })),
  };
}

function readTextFile(path: string): string {
  return readFileSync(path, 'utf8');
}
