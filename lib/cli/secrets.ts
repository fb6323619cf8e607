import type { Config } from '../config.ts';

const hidden = '***';

/** The configuration as it may be shown. */
export function withoutSecrets(config: Config): Config {
  const { signalling, engine, http } = config;
  return {
    ...config,
    signalling:
      signalling.kind === 'engine'
        ? signalling
        : { ...signalling, servers: signalling.servers.map(server => ({ ...server, secret: hidden })) },
    engine: { control: { ...engine.control, secret: engine.control.secret === '' ? '' : hidden } },
    http: { ...http, tokens: http.tokens.map(() => hidden) },
  };
}
