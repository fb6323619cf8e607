import { expect } from 'chai';
import { compileKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import { compileRename } from '../../lib/attached-data/rename.ts';
import { hiddenByPolicy, withoutData } from '../../lib/log/redact.ts';

const hidden = '[redacted]';

describe('a thing without its data', () => {
  const line = { name: 'User-to-User', value: '1' };
  const lineShown = { name: 'User-to-User', value: hidden };

  for (const [what, thing, expected] of [
    ['header lines at the top', { do: 'hangUp', headers: [line] }, { do: 'hangUp', headers: [lineShown] }],
    ['header lines far below', { a: [{ b: { headers: [line] } }] }, { a: [{ b: { headers: [lineShown] } }] }],
    ['other header lines', { name: 'Subject', value: 'hi' }, { name: 'Subject', value: 'hi' }],
    ['headers by name', { headers: { 'X-A': ['1'], Via: 'v' } }, { headers: { 'X-A': hidden, Via: 'v' } }],
    [
      'a URI in a header line',
      { name: 'Refer-To', value: '<sip:c@d?X-A=1>' },
      { name: 'Refer-To', value: `<sip:c@d?X-A=${hidden}>` },
    ],
    ['a URI by itself', { requestUri: 'sip:c@d;X-A=1' }, { requestUri: `sip:c@d;X-A=${hidden}` }],
    [
      'a body',
      { contentType: 'text/plain', content: '1', more: [line] },
      { contentType: 'text/plain', content: hidden, more: [lineShown] },
    ],
    [
      'SDP, spelled anyhow',
      { contentType: 'Application/SDP ;charset=utf-8', content: 'v=0' },
      { contentType: 'Application/SDP ;charset=utf-8', content: 'v=0' },
    ],
    [
      'what only begins like SDP',
      { contentType: 'application/sdp-data', content: '1' },
      { contentType: 'application/sdp-data', content: hidden },
    ],
    [
      'pairs in a list',
      { UserData: [{ key: 'L', type: 'list', value: [{ key: 'A', type: 'int', value: 1 }] }] },
      { UserData: [{ key: 'L', type: 'list', value: [{ key: 'A', type: 'int', value: hidden }] }] },
    ],
    [
      'pairs under another name',
      { Reasons: [{ key: 'A', type: 'string', value: '1' }] },
      { Reasons: [{ key: 'A', type: 'string', value: hidden }] },
    ],
    [
      'data far below',
      { event: { more: { userData: { A: { B: '1' }, C: [] } } } },
      { event: { more: { userData: { A: { B: hidden }, C: [] } } } },
    ],
    ['bytes', { rawPacket: Buffer.from('1') }, { rawPacket: hidden }],
    ['what is no data', { status: 200, up: true, none: null, drops: [{ key: 'A', code: 'too-deep' }] }],
  ] as const) {
    it(`shows of it: ${what}`, () => {
      expect(withoutData(thing)).to.deep.equal(expected ?? thing);
    });
  }

  it('leaves the original as it is', () => {
    const effect = { do: 'cancel', headers: [line] };
    withoutData(effect);
    expect(effect.headers[0]?.value).to.equal('1');
  });

  it('ends, also when it contains itself', () => {
    const ring: Record<string, unknown> = { a: 1 };
    ring['ring'] = [ring];
    expect(withoutData(ring)).to.deep.equal({ a: 1, ring: ['[circular]'] });
  });

  it('leaves errors and dates to those who write them', () => {
    const thing = { err: new Error('e'), at: new Date(0) };
    expect(withoutData(thing)).to.deep.equal(thing);
  });
});

describe('a thing without what the key policy hides', () => {
  const keys = compileKeyPolicy([
    { key: 'Pin', in: 'Secret', out: 'X-Pin-Out', redact: ['log'] },
    { key: 'UUI', redact: ['log'] },
    { key: 'Open', redact: ['events'] },
  ]);
  const policy = hiddenByPolicy(keys, [
    { rename: compileRename({ Secret: 'X-Trunk-Pin' }) },
    { rename: compileRename({ secret: 'X-MS-Custom-T', A: 'X-A' }) },
  ]);

  for (const [what, thing, expected] of [
    [
      'header lines',
      [
        { name: 'x-ms-custom-pin', value: '1' },
        { name: 'X-MS-Custom-Secret', value: '1' },
        { name: 'X-Pin-Out', value: '1' },
        { name: 'X-Trunk-Pin', value: '1' },
        { name: 'x-ms-custom-t', value: '1' },
        { name: 'X-User-to-User', value: '1' },
        { name: 'X-MS-Custom-Open', value: '1' },
      ],
      [
        { name: 'x-ms-custom-pin', value: hidden },
        { name: 'X-MS-Custom-Secret', value: hidden },
        { name: 'X-Pin-Out', value: hidden },
        { name: 'X-Trunk-Pin', value: hidden },
        { name: 'x-ms-custom-t', value: hidden },
        { name: 'X-User-to-User', value: hidden },
        { name: 'X-MS-Custom-Open', value: '1' },
      ],
    ],
    [
      'pairs, in lists too',
      {
        UserData: [
          { key: 'secret', value: '1' },
          {
            key: 'L',
            value: [
              { key: 'Pin', value: '1' },
              { key: 'A', value: '1' },
            ],
          },
        ],
      },
      {
        UserData: [
          { key: 'secret', value: hidden },
          {
            key: 'L',
            value: [
              { key: 'Pin', value: hidden },
              { key: 'A', value: '1' },
            ],
          },
        ],
      },
    ],
    [
      'a list that is hidden as a whole',
      { userData: [{ key: 'Secret', value: [{ key: 'A', value: '1' }] }] },
      { userData: [{ key: 'Secret', value: [{ key: 'A', value: hidden }] }] },
    ],
    [
      'entries anywhere',
      {
        operations: [
          {
            entries: [
              { key: 'Secret', value: '1' },
              { key: 'Open', value: '1' },
            ],
          },
        ],
      },
      {
        operations: [
          {
            entries: [
              { key: 'Secret', value: hidden },
              { key: 'Open', value: '1' },
            ],
          },
        ],
      },
    ],
    [
      'a custom context',
      { customContext: { sipHeaders: { 'X-MS-Custom-Secret': '1', 'X-MS-Custom-A': '1' }, userToUser: '1' } },
      {
        customContext: {
          sipHeaders: { 'X-MS-Custom-Secret': hidden, 'X-MS-Custom-A': '1' },
          userToUser: hidden,
        },
      },
    ],
    [
      'data by key',
      { userData: { Secret: { a: '1' }, A: 1 } },
      { userData: { Secret: { a: hidden }, A: 1 } },
    ],
    [
      'bodies, whatever is in them',
      { contentType: 'application/json', content: '{"userData": {"Secret": 1}}' },
      { contentType: 'application/json', content: hidden },
    ],
    ['what URIs carry', { referTo: 'sip:c@d?X-A=1' }, { referTo: `sip:c@d?X-A=${hidden}` }],
  ] as const) {
    it(`shows of it: ${what}`, () => {
      expect(withoutData(thing, policy)).to.deep.equal(expected);
    });
  }
});
