import { expect } from 'chai';
import { digestResponse, ha1Of, parseCredentials } from '../../lib/registrar/digest-credentials.ts';
import { hash } from './support.ts';

const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

/** The Authorization of RFC 7616 §3.9.1. */
function mufasa(algorithm: string, response: string): string {
  return [
    'Digest username="Mufasa"',
    'realm="http-auth@example.org"',
    'uri="/dir/index.html"',
    `algorithm=${algorithm}`,
    `nonce="${nonce}"`,
    'nc=00000001',
    `cnonce="${cnonce}"`,
    'qop=auth',
    `response="${response}"`,
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
  ].join(',\r\n    ');
}

const vectors: [string, string][] = [
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
];

describe('digest credentials (RFC 7616 §3.9.1)', () => {
  for (const [algorithm, response] of vectors) {
    it(`have the response of the example with ${algorithm}`, () => {
      const credentials = parseCredentials(mufasa(algorithm, response));
      if (credentials === undefined) throw new Error('not read');
      expect(credentials).to.deep.equal({
        username: 'Mufasa',
        realm: 'http-auth@example.org',
        uri: '/dir/index.html',
        algorithm,
        nonce,
        nc: '00000001',
        cnonce,
        response,
      });
      const ha1 = ha1Of({ ...credentials, password: 'Circle of Life' }, credentials.algorithm, hash);
      expect(digestResponse(ha1, credentials, 'GET', hash)).to.equal(response);
    });
  }

  const good = (text: string) => text;
  const read: [string, (text: string) => string, Record<string, string> | undefined][] = [
    ['as they are', good, { username: 'Mufasa' }],
    [
      'whatever the letter case',
      text => text.replace('Digest', 'DIGEST').replace('qop=auth', 'QOP="AUTH"'),
      { nonce },
    ],
    ['without an algorithm as MD5', text => text.replace(/algorithm=[^,]*,\s*/, ''), { algorithm: 'MD5' }],
    [
      'with quotes within quotes',
      text => text.replace('"Mufasa"', String.raw`"Mu\"fa, \\sa"`),
      { username: String.raw`Mu"fa, \sa` },
    ],
    ['not when it is another scheme', text => text.replace('Digest', 'Basic'), undefined],
    ['not without the user', text => text.replace('username', 'name'), undefined],
    ['not with an empty nonce', text => text.replace(nonce, ''), undefined],
    ['not without qop, which we have asked for', text => text.replace(/qop=auth,\s*/, ''), undefined],
    ['not with another qop', text => text.replace('qop=auth', 'qop=auth-int'), undefined],
    ['not with another algorithm', text => text.replace('=MD5', '=SHA-512-256'), undefined],
    ['not with a count that is none', text => text.replace('00000001', '1'), undefined],
    ['not with anything twice', text => `${text}, nc=00000001`, undefined],
    ['not with what has no name', text => `${text}, x`, undefined],
    ['not when they never end', text => `${text}, x="${'x'.repeat(5_000)}"`, undefined],
  ];
  for (const [how, change, expected] of read) {
    it(`are read ${how}`, () => {
      const credentials = parseCredentials(change(mufasa(...(vectors[0] as [string, string]))));
      if (expected === undefined) expect(credentials).to.equal(undefined);
      else expect(credentials).to.include(expected);
    });
  }
});
