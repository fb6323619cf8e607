import { expect } from 'chai';
import { parseSignallingUrl } from '../../lib/signalling/signalling-url.ts';

describe('parseSignallingUrl', () => {
  it('reads engine', () => {
    expect(parseSignallingUrl(' engine ')).to.deep.equal({ kind: 'engine' });
    expect(parseSignallingUrl('direct')).to.deep.equal({ kind: 'direct' });
  });

  const addresses: readonly (readonly [string, { host: string; port: number; secret: string }])[] = [
    ['drachtio://cymru@sip1.example.com:9122', { host: 'sip1.example.com', port: 9122, secret: 'cymru' }],
    ['drachtio://cymru@10.0.0.1', { host: '10.0.0.1', port: 9022, secret: 'cymru' }],
    ['drachtio://p%40ss%2Cword@[::1]:9022', { host: '::1', port: 9022, secret: 'p@ss,word' }],
    ['drachtio://a@b@host:1/', { host: 'host', port: 1, secret: 'a@b' }],
    ['drachtio://:cymru@host:1', { host: 'host', port: 1, secret: 'cymru' }],
  ];
  for (const [text, server] of addresses) {
    it(`reads ${text}`, () => {
      expect(parseSignallingUrl(text)).to.deep.equal({ kind: 'drachtio', servers: [server] });
    });
  }

  it('reads several servers', () => {
    const choice = parseSignallingUrl('drachtio://a@one:1, drachtio://b@two:2,');
    expect(choice).to.deep.equal({
      kind: 'drachtio',
      servers: [
        { host: 'one', port: 1, secret: 'a' },
        { host: 'two', port: 2, secret: 'b' },
      ],
    });
  });

  const refusals: readonly (readonly [string, RegExp])[] = [
    ['', /expected engine/],
    ['http://a@b', /expected engine/],
    [' , ', /expected engine/],
    ['drachtio://host:9022', /secret is missing/],
    ['drachtio://@host:9022', /secret is missing/],
    ['drachtio://:@host:9022', /secret is missing/],
    ['drachtio://hush%zz@host', /no percent-encoding/],
    ['drachtio://hush%7Cb@host', /cannot be sent/],
    ['drachtio://hush@host:0', /port other than 0/],
    ['drachtio://a@host:70000', /host:port/],
    ['drachtio://hush@', /host:port/],
    ['drachtio://a@1.2.3', /host:port/],
    ['drachtio://hush@ho st', /host:port/],
    ['drachtio://hush@one:1,drachtio://hush@one:1', /twice/],
    ['engine,drachtio://a@one:1', /expected engine/],
  ];
  for (const [text, said] of refusals) {
    it(`refuses ${JSON.stringify(text)} and does not say the secret`, () => {
      const choice = parseSignallingUrl(text);
      expect(choice).to.be.an.instanceOf(Error);
      expect((choice as Error).message).to.match(said);
      expect((choice as Error).message).to.not.include('hush');
    });
  }
});
