import { expect } from 'chai';
import type { SipMessage } from '../../../lib/engine/message/message.ts';
import { serverKeys, type ServerKeys } from '../../../lib/engine/transaction/server-keys.ts';
import { request, type RequestLines } from './doubles.ts';

function keysOf(message: SipMessage): ServerKeys {
  const via = message.topVia;
  if (via === undefined) throw new Error('no Via');
  return serverKeys(message, via);
}

describe('the keys of a server transaction', () => {
  const old: RequestLines = { branch: '1.2.3' };
  const cookieOnly: RequestLines = { branch: 'z9hG4bK' };
  // RFC 3261 §17.2.3.
  const rows: { what: string; one: RequestLines; other: RequestLines; same: boolean }[] = [
    { what: 'a repeated request', one: {}, other: {}, same: true },
    { what: 'another branch', one: {}, other: { branch: 'z9hG4bKother' }, same: false },
    { what: 'another host in sent-by', one: {}, other: { sentBy: '192.0.2.3' }, same: false },
    { what: 'another port in sent-by', one: {}, other: { sentBy: '192.0.2.1:5070' }, same: false },
    { what: 'another method', one: {}, other: { method: 'BYE' }, same: false },
    { what: 'a branch that says it all', one: {}, other: { callId: 'call-2' }, same: true },
    { what: 'RFC 2543: a repeated request', one: old, other: old, same: true },
    { what: 'RFC 2543: another Call-ID', one: old, other: { ...old, callId: 'call-2' }, same: false },
    { what: 'RFC 2543: another CSeq number', one: old, other: { ...old, cseq: 2 }, same: false },
    { what: 'RFC 2543: another From tag', one: old, other: { ...old, fromTag: 'al' }, same: false },
    {
      what: 'RFC 2543: another Request-URI',
      one: old,
      other: { ...old, requestUri: 'sip:b@b' },
      same: false,
    },
    { what: 'RFC 2543: another top Via', one: old, other: { branch: '1.2.4' }, same: false },
    { what: 'the cookie alone: a repeated request', one: cookieOnly, other: cookieOnly, same: true },
    {
      what: 'the cookie alone: another call',
      one: cookieOnly,
      other: { ...cookieOnly, callId: 'x' },
      same: false,
    },
  ];
  for (const { what, one, other, same } of rows) {
    it(`${what}: ${same ? 'the same' : 'another'} transaction`, () => {
      const keys = [one, other].map(parts => keysOf(request(parts)).transaction);
      expect(keys[0] === keys[1]).to.equal(same);
    });
  }

  it('have the request in common when it comes by another way', () => {
    expect(keysOf(request()).request).to.equal(keysOf(request({ branch: 'z9hG4bKother' })).request);
    expect(keysOf(request()).request).to.not.equal(keysOf(request({ cseq: 2 })).request);
  });
});
