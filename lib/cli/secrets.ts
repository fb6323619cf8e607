import type { Config } from '../config.ts';

const hidden = '***';

/** The configuration as it may be shown. */
export function withoutSecrets(config: Config): Config {
  const { signalling, engine, http, webhooks } = config;
  return {
    ...config,
    signalling:
      signalling.kind === 'engine'
        ? signalling
        : { ...signalling, servers: signalling.servers.map(server => ({ ...server, secret: hidden })) },
    engine: { control: { ...engine.control, secret: engine.control.secret === '' ? '' : hidden } },
    http: { ...http, tokens: http.tokens.map(() => hidden) },
    webhooks: {
      ...webhooks,
      targets: webhooks.targets.map(receiverWithoutSecrets),
      incomingCall: receiverWithoutSecrets(webhooks.incomingCall),
    },
  };
}

/** Some receivers are told who asks by a parameter of their URL. */
function receiverWithoutSecrets<R extends { readonly url: string | undefined; readonly secret: string }>(
  receiver: R,
): R {
  const { url, secret } = receiver;
  return { ...receiver, secret: secret === '' ? '' : hidden, url: url?.replace(/\?.*$/s, `?${hidden}`) };
}
