/** A key that environment and command line can set by a name of its own. */
export interface Setting {
  readonly key: string;
  readonly variable: string;
  /** Absent for secrets: a command line is seen by everybody on the machine. */
  readonly flag?: string;
  readonly meaning: string;
}

/** All there are, in the order of docs/configuration.md. */
export const settings: readonly Setting[] = [
  { key: 'node', variable: 'BATON_NODE', flag: '--node', meaning: 'name of this process' },
  {
    key: 'tenant',
    variable: 'BATON_TENANT',
    flag: '--tenant',
    meaning: 'tenant of calls whose trunk names none',
  },
  { key: 'signalling', variable: 'BATON_SIGNALLING', meaning: 'engine, or drachtio://secret@host:9022' },
  {
    key: 'sip.listen',
    variable: 'BATON_SIP_LISTEN',
    flag: '--sip-listen',
    meaning: 'protocol:address:port, …',
  },
  {
    key: 'sip.external',
    variable: 'BATON_SIP_EXTERNAL',
    flag: '--sip-external',
    meaning: 'host or host:port that others see',
  },
  {
    key: 'target',
    variable: 'BATON_TARGET',
    flag: '--target',
    meaning: 'SIP URI where calls go when no route matches',
  },
  {
    key: 'trusted',
    variable: 'BATON_TRUSTED',
    flag: '--trusted',
    meaning: 'CIDR list of further sources that may call',
  },
  {
    key: 'engine.control.listen',
    variable: 'BATON_CONTROL_LISTEN',
    flag: '--control-listen',
    meaning: 'address:port of baton engine',
  },
  {
    key: 'engine.control.secret',
    variable: 'BATON_CONTROL_SECRET',
    meaning: 'what applications of baton engine must know',
  },
  {
    key: 'http.listen',
    variable: 'BATON_HTTP_LISTEN',
    flag: '--http-listen',
    meaning: 'address:port, or off',
  },
  { key: 'http.tokens', variable: 'BATON_HTTP_TOKENS', meaning: 'bearer tokens of the HTTP interface' },
  {
    key: 'state.directory',
    variable: 'BATON_STATE_DIRECTORY',
    flag: '--state-directory',
    meaning: 'folder of what survives a restart, or off',
  },
  {
    key: 'kafka.brokers',
    variable: 'BATON_KAFKA_BROKERS',
    flag: '--kafka-brokers',
    meaning: 'host:port, …; empty: no event stream',
  },
  { key: 'kafka.sasl.username', variable: 'BATON_KAFKA_USERNAME', meaning: 'user at the Kafka brokers' },
  { key: 'kafka.sasl.password', variable: 'BATON_KAFKA_PASSWORD', meaning: 'password at the Kafka brokers' },
  {
    key: 'log.level',
    variable: 'BATON_LOG_LEVEL',
    flag: '--log-level',
    meaning: 'trace, debug, info, warn, error, fatal, silent',
  },
];

export const configFileVariable = 'BATON_CONFIG';
/** The bearer token that commands show a running Baton. */
export const tokenVariable = 'BATON_TOKEN';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as unset. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** BATON_* that nobody reads: most likely misspelt. Those that Kubernetes sets for a service named baton are left out. */
export function unknownVariables(env: Environment): string[] {
  const known = new Set([configFileVariable, tokenVariable, ...settings.map(setting => setting.variable)]);
  return Object.keys(env).filter(
    name => name.startsWith('BATON_') && !known.has(name) && !/^BATON_(?:SERVICE|PORT)(?:_|$)/.test(name),
  );
}
