import { expect } from 'chai';
import { ConfigError, loadConfig } from '../../lib/config.ts';

function problemsOf(keys: Readonly<Record<string, unknown>>): string[] {
  try {
    loadConfig({ flags: new Map(Object.entries(keys)) });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ key, message }) => `${key}: ${message}`);
    throw error;
  }
  return [];
}

describe('the configuration of the media anchor', () => {
  it('has no anchor when nobody says otherwise', () => {
    const { media, recording } = loadConfig();
    expect(media).to.deep.equal({ anchor: 'none', onFailure: 'pass' });
    expect(recording.rtpengine).to.deep.include({ ng: [], recordingDir: undefined });
  });

  it('takes one instance or several, as a text or a list', () => {
    const one = loadConfig({ flags: new Map([['recording.rtpengine.ng', '127.0.0.1:22222']]) });
    expect(one.recording.rtpengine.ng).to.deep.equal([{ host: '127.0.0.1', port: 22_222 }]);
    const two = loadConfig({ flags: new Map([['recording.rtpengine.ng', ['RTP1:22222', '[::1]:22223']]]) });
    expect(two.recording.rtpengine.ng).to.deep.equal([
      { host: 'rtp1', port: 22_222 },
      { host: '::1', port: 22_223 },
    ]);
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    [
      'an anchor without an instance',
      { 'media.anchor': 'rtpengine' },
      'recording.rtpengine.ng: must be set where media.anchor is rtpengine',
    ],
    ['another anchor', { 'media.anchor': 'freeswitch' }, 'media.anchor: expected one of none, rtpengine'],
    [
      'an instance without a port',
      { 'recording.rtpengine.ng': 'rtp1' },
      'recording.rtpengine.ng[0]: "rtp1": the port is missing',
    ],
    [
      'the same instance twice',
      { 'recording.rtpengine.ng': 'rtp1:22222,RTP1:22222' },
      'recording.rtpengine.ng[1]: "rtp1:22222" is there twice',
    ],
  ];
  for (const [name, keys, problem] of wrong)
    it(`refuses ${name}`, () => expect(problemsOf(keys)).to.deep.equal([problem]));
});

describe('the configuration of recordings', () => {
  const flow = { accessCode: '8001', mode: 'capture' };

  it('records nothing when nobody says otherwise', () => {
    const { recording } = loadConfig();
    expect(recording).to.deep.include({
      ...{ flows: [], correlationHeader: 'X-MS-Custom-CallId', budgetMs: 1_500, appearMs: 1_000 },
      answer: 'strings',
    });
    expect(recording.auth).to.deep.include({ mode: 'off', issuer: 'baton', apps: [] });
    expect(recording.http.url).to.equal(undefined);
  });

  it('fills in what a flow does not say', () => {
    const { recording } = loadConfig({ flags: new Map([['recording.flows', [flow]]]) });
    expect(recording.flows).to.deep.equal([
      { ...flow, backend: 'rtpengine', required: false, onNotFound: 'error' },
    ]);
  });

  const anchored = { 'media.anchor': 'rtpengine', 'recording.rtpengine.ng': '127.0.0.1:22222' };

  it('takes recording servers as a text or a list', () => {
    const servers = ['sip:record@srs1.example.com;transport=tcp', 'sip:[2001:db8::1]:5071'];
    for (const value of [servers, servers.join(', ')]) {
      const flags = new Map<string, unknown>([
        ...Object.entries(anchored),
        ['recording.siprec.servers', value],
      ]);
      expect(loadConfig({ flags }).recording.siprec.servers).to.deep.equal(servers);
    }
  });

  it('takes digits without quotes for a code, and a lone asterisk', () => {
    const flows = [
      { ...flow, accessCode: 8001 },
      { ...flow, accessCode: '*' },
    ];
    const { recording } = loadConfig({ flags: new Map([['recording.flows', flows]]) });
    expect(recording.flows.map(({ accessCode }) => accessCode)).to.deep.equal(['8001', '*']);
  });

  const outside = { 'http.listen': '0.0.0.0:8080', 'http.tokens': ['admin-admin-admin-admin'] };
  const rows: readonly [what: string, keys: Record<string, unknown>, problem: string][] = [
    [
      'a code that is too long',
      { 'recording.flows': [{ ...flow, accessCode: '8'.repeat(21) }] },
      'recording.flows[0].accessCode: expected up to 20 characters, and a * at the end or none',
    ],
    [
      'an asterisk elsewhere',
      { 'recording.flows': [{ ...flow, accessCode: '8*1' }] },
      'recording.flows[0].accessCode: expected up to 20 characters, and a * at the end or none',
    ],
    [
      'the same code twice',
      { 'recording.flows': [flow, flow] },
      'recording.flows[1].accessCode: "8001" has a flow before',
    ],
    [
      'an empty code',
      { 'recording.flows': [{ ...flow, accessCode: '' }] },
      'recording.flows[0].accessCode: expected up to 20 characters, and a * at the end or none',
    ],
    [
      'a code that is a list',
      { 'recording.flows': [{ ...flow, accessCode: ['8001'] }] },
      'recording.flows[0].accessCode: expected a text',
    ],
    [
      'another mode',
      { 'recording.flows': [{ ...flow, mode: 'tape' }] },
      'recording.flows[0].mode: expected one of none, record, capture',
    ],
    [
      'recording servers without an anchor',
      { 'recording.siprec.servers': 'sip:srs.example.com' },
      'recording.siprec.servers: needs media.anchor: rtpengine',
    ],
    [
      'a recording server that is no SIP URI',
      { ...anchored, 'recording.siprec.servers': ['tel:1'] },
      'recording.siprec.servers[0]: "tel:1": expected a SIP URI like sip:10.0.0.1:5060',
    ],
    [
      'an unknown key',
      { 'recording.flows': [{ ...flow, colour: 'red' }] },
      'recording.flows[0].colour: unknown key',
    ],
    [
      'a header with a space',
      { 'recording.correlationHeader': 'X Call' },
      'recording.correlationHeader: expected the name of a header',
    ],
    [
      'applications besides somebody who gives tokens',
      {
        'recording.auth.jwksUrl': 'https://idp.example.com/jwks.json',
        'recording.auth.apps': [{ appKey: 'a', appSecret: 'b' }],
      },
      'recording.auth.apps: not with jwksUrl: tokens are given there',
    ],
    [
      'anybody from outside to record calls',
      { ...outside, 'recording.flows': [flow] },
      'recording.auth.mode: must be jwt where http.listen can be reached from outside',
    ],
    [
      'a recorder with a password in its URL',
      { 'recording.http.url': 'https://a:b@rec.example.com/' },
      'recording.http.url: user and password do not belong into the URL: there are keys for secrets',
    ],
  ];
  for (const [what, keys, problem] of rows)
    it(`refuses ${what}`, () => expect(problemsOf(keys)).to.deep.equal([problem]));
});
