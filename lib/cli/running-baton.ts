import type { Command } from 'commander';
import { tenantOf } from '../call/ids.ts';
import { BatonClient } from '../client/client.ts';
import type { Config } from '../config.ts';
import { tokenVariable, variable } from '../config/settings.ts';
import { formatSocketAddress } from '../engine/transport/address.ts';
import type { SocketAddress } from '../engine/transport/transport.ts';
import { BatonError } from '../errors.ts';
import type { HttpScope } from '../http/bearer.ts';
import { addConfigFlags, type ConfigFlags, configFrom } from './config-flags.ts';
import { UsageError } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Flags of the commands that ask a running Baton. */
export interface BatonFlags extends ConfigFlags {
  readonly url?: string;
  readonly token?: string;
}

/** What a token must be good for. */
export interface Need {
  readonly scope: HttpScope;
  /** The call that it is about. */
  readonly connId?: string;
}

/** `--url`, `--token`, and the flags of the configuration in which they stand otherwise. */
export function addBatonFlags(command: Command): Command {
  return addConfigFlags(command)
    .option('--url <url>', 'where it listens; http.listen of the configuration when absent')
    .option(
      '--token <token>',
      `bearer token (${tokenVariable}, which others on this machine cannot see); one of http.tokens when absent`,
    );
}

/** A client of the Baton that flags and configuration name, with a token that may do what is needed. */
export function clientOf(flags: BatonFlags, { env }: Terminal, need: Need): BatonClient {
  const { http } = configFrom(flags, env);
  const url = flags.url ?? urlOf(http.listen);
  const token = flags.token ?? variable(env, tokenVariable) ?? tokenFor(need, http.tokens);
  try {
    return new BatonClient({ url, token });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`--url: expected http://host:port (${error.message})`, { cause: error });
  }
}

/** Undefined: none is configured, so none is asked for. */
function tokenFor({ scope, connId }: Need, tokens: Config['http']['tokens']): string | undefined {
  if (tokens.length === 0) return undefined;
  const tenant = connId === undefined ? undefined : tenantOf(connId);
  const fitting = tokens
    .map(each => (typeof each === 'string' ? { token: each } : each))
    .filter(each => !('scopes' in each) || each.scopes.includes(scope))
    .map(each => ({ tenant: undefined, ...each }));
  const chosen =
    fitting.find(each => each.tenant === undefined) ??
    fitting.find(each => tenant === undefined || each.tenant === tenant);
  if (chosen !== undefined) return chosen.token;
  throw new BatonError('forbidden', `no token of http.tokens has the scope ${scope} here; give --token`);
}

/** A wildcard address is reached over loopback. */
function urlOf(listen: SocketAddress | 'off'): string {
  if (listen === 'off') throw new BatonError('not-supported', 'http.listen is off: nothing can be asked');
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[listen.address] ?? listen.address;
  return `http://${formatSocketAddress({ address, port: listen.port })}`;
}
