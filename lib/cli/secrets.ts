import type { Config } from '../config.ts';

const hidden = '***';

type DigestUser = Config['registrar']['digest']['users'][number];

/** The configuration as it may be shown. */
export function withoutSecrets(config: Config): Config {
  const { signalling, engine, http, webhooks, registrar, kafka, recording } = config;
  return {
    ...config,
    signalling:
      signalling.kind !== 'drachtio'
        ? signalling
        : { ...signalling, servers: signalling.servers.map(server => ({ ...server, secret: hidden })) },
    engine: { control: { ...engine.control, secret: engine.control.secret === '' ? '' : hidden } },
    http: { ...http, tokens: http.tokens.map(() => hidden) },
    registrar: {
      ...registrar,
      digest: { ...registrar.digest, users: registrar.digest.users.map(userWithoutSecrets) },
    },
    webhooks: {
      ...webhooks,
      targets: webhooks.targets.map(receiverWithoutSecrets),
      incomingCall: receiverWithoutSecrets(webhooks.incomingCall),
    },
    recording: recordingWithoutSecrets(recording),
    kafka: { ...kafka, sasl: { ...kafka.sasl, password: kafka.sasl.password === '' ? '' : hidden } },
  };
}

function recordingWithoutSecrets({ auth, http, ...others }: Config['recording']): Config['recording'] {
  return {
    ...others,
    auth: {
      ...auth,
      apps: auth.apps.map(app => ({ ...app, appSecret: hidden })),
      tokens: auth.tokens.map(() => hidden),
    },
    http: {
      ...http,
      token: http.token === '' ? '' : hidden,
      url: http.url?.replace(/\?.*$/s, `?${hidden}`),
    },
  };
}

function userWithoutSecrets({ password, ha1, ...others }: DigestUser): DigestUser {
  const hashes = Object.fromEntries(Object.keys(ha1 ?? {}).map(algorithm => [algorithm, hidden]));
  return { ...others, ...(password === undefined ? { ha1: hashes } : { password: hidden }) };
}

/** Some receivers are told who asks by a parameter of their URL. */
function receiverWithoutSecrets<R extends { readonly url: string | undefined; readonly secret: string }>(
  receiver: R,
): R {
  const { url, secret } = receiver;
  return { ...receiver, secret: secret === '' ? '' : hidden, url: url?.replace(/\?.*$/s, `?${hidden}`) };
}
