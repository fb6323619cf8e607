import { expect } from 'chai';
import { ConfigError, loadConfig } from '../../lib/config.ts';

const secret = 'sixteen letters!';

function load(target: object) {
  const targets = [{ name: 'crm', url: 'https://crm.example.com/', secret, ...target }];
  return loadConfig({ flags: new Map([['webhooks.targets', targets]]) }).webhooks.targets[0];
}

function problemsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ key, message }) => `${key}: ${message}`.replace('webhooks.targets', ''));
    throw error;
  }
  return [];
}

describe('the configuration of webhooks', () => {
  it('has none by default', () => {
    expect(loadConfig().webhooks).to.deep.include({ targets: [], flushMs: 2_000 });
  });

  it('gives a target what it does not say', () => {
    expect(load({ backoff: { maxMs: 5_000 } })).to.deep.equal({
      name: 'crm',
      url: 'https://crm.example.com/',
      secret,
      filter: {},
      timeoutMs: 10_000,
      maxAttempts: 8,
      backoff: { firstMs: 500, maxMs: 5_000 },
      queue: { maxEvents: 10_000, maxBytes: 16_777_216 },
      maxInFlight: 16,
    });
  });

  for (const [what, target, problem] of [
    ['a URL that is none', { url: 'crm' }, '[0].url: expected a URL like https://crm.example.com/baton'],
    ['another scheme', { url: 'ftp://crm/' }, '[0].url: expected https: or http:, not ftp:'],
    ['a file', { url: 'file:///etc/passwd' }, '[0].url: expected https: or http:, not file:'],
    [
      'a password in the URL',
      { url: 'https://baton:hush@crm/' },
      '[0].url: user and password do not belong into the URL: there are keys for secrets',
    ],
    ['a fragment', { url: 'https://crm/#a' }, '[0].url: a fragment is not sent: leave it out'],
    ['a short secret', { secret: 'hush' }, '[0].secret: a secret has at least 16 characters'],
    [
      'an event nobody knows',
      { filter: { id: ['EventX'] } },
      '[0].filter.id[0]: expected the name of an event',
    ],
    ['a filter nothing passes', { filter: { dn: [] } }, '[0].filter.dn: expected array to have >=1 items'],
    ['a key nobody knows', { filter: { call: ['a'] } }, '[0].filter.call: unknown key'],
    ['no attempt', { maxAttempts: 0 }, '[0].maxAttempts: expected number to be >=1'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(problemsOf(() => load(target))).to.deep.equal([problem]);
    });
  }

  it('asks nobody about calls by default', () => {
    expect(loadConfig().webhooks.incomingCall).to.deep.equal({
      url: undefined,
      secret: '',
      timeoutMs: 2_000,
      onTimeout: 'answer',
      trunks: [],
      maxConnections: 64,
    });
  });

  for (const [what, incomingCall, problem] of [
    ['a receiver without a secret', { url: 'https://ivr/' }, '.secret: must be set where url is'],
    ['a bad URL', { url: 'ivr', secret }, '.url: expected a URL like https://crm.example.com/baton'],
    [
      'a short secret',
      { url: 'https://ivr/', secret: 'hush' },
      '.secret: a secret has at least 16 characters',
    ],
    ['a trunk nobody knows', { trunks: ['sbc'] }, '.trunks[0]: no trunk is named "sbc"'],
    ['an endless wait', { timeoutMs: 60_001 }, '.timeoutMs: expected number to be <=60000'],
    ['another policy', { onTimeout: 'drop' }, '.onTimeout: expected one of answer, reject'],
  ] as const) {
    it(`refuses ${what} for calls that come in`, () => {
      const entries = Object.entries(incomingCall).map(
        ([key, value]) => [`webhooks.incomingCall.${key}`, value] as const,
      );
      expect(problemsOf(() => loadConfig({ flags: new Map<string, unknown>(entries) }))).to.deep.equal([
        `webhooks.incomingCall${problem}`,
      ]);
    });
  }

  it('refuses two of one name', () => {
    const target = { name: 'crm', url: 'https://crm/', secret };
    const flags = new Map([['webhooks.targets', [target, target]]]);
    expect(problemsOf(() => loadConfig({ flags }))).to.deep.equal([
      '[1].name: "crm" is the name of an earlier webhook',
    ]);
  });
});
