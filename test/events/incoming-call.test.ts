import { expect } from 'chai';
import type { CallThreadId, ConnId, Dn } from '../../lib/call/ids.ts';
import { type ComingCall, incomingCallOf } from '../../lib/events/incoming-call.ts';

function coming(parts: Partial<ComingCall> = {}): ComingCall {
  return {
    connId: '00000000000000ff@acme:node1' as ConnId,
    callThreadId: 'abcdabcdabcdabcd' as CallThreadId,
    callerDn: '+4930123' as Dn,
    from: '"Alice \\"A\\" Smith" <sip:+4930123@sbc.example;user=phone>;tag=1',
    requestUri: 'sip:+15550100@127.0.0.1;transport=udp',
    data: [],
    ...parts,
  };
}

const from = { leg: 'alice' as never, atMs: 0 };

describe('an incoming call as Azure Communication Services tells of it', () => {
  it('has all its members', () => {
    const data = [
      { key: 'UUI', type: 'string', value: '0448656c6c6f;encoding=hex', scope: 'uui', from },
      { key: 'CaseId', type: 'string', value: '42', scope: 'sip', from },
      { key: 'X-Plain', headerName: 'X-Plain', type: 'string', value: 'p', scope: 'sip', from },
      { key: 'summary', type: 'string', value: 'long', scope: 'voip', from },
      { key: 'Inner', type: 'string', value: 'not told', scope: 'call', from },
    ] as const;
    expect(incomingCallOf(coming({ data }))).to.deep.equal({
      to: { kind: 'phoneNumber', rawId: '4:+15550100', phoneNumber: { value: '+15550100' } },
      from: { kind: 'phoneNumber', rawId: '4:+4930123', phoneNumber: { value: '+4930123' } },
      callerDisplayName: 'Alice "A" Smith',
      serverCallId: '00000000000000ff@acme:node1',
      incomingCallContext: '00000000000000ff@acme:node1',
      correlationId: 'abcdabcdabcdabcd',
      customContext: {
        sipHeaders: { userToUser: '0448656c6c6f;encoding=hex', 'X-MS-Custom-CaseId': '42', 'X-Plain': 'p' },
        voipHeaders: { summary: 'long' },
      },
    });
  });

  for (const [what, parts, rawId] of [
    [
      'a name',
      { callerDn: 'alice' as Dn, from: 'Alice <sip:alice:pw@a.example:5070;x=1>' },
      'sip:alice@a.example',
    ],
    ['nobody', { callerDn: 'anonymous' as Dn, from: '<sip:anonymous@anonymous.invalid>' }, 'anonymous'],
    ['what is no URI', { callerDn: 'http://x' as Dn, from: 'http://x' }, 'http://x'],
  ] as const) {
    it(`is from ${what}`, () => {
      expect(incomingCallOf(coming(parts)).from).to.deep.equal({ kind: 'unknown', rawId });
    });
  }

  for (const [header, name] of [
    ['Alice Smith <sip:a@b>', 'Alice Smith'],
    ['<sip:a@b>', ''],
    ['sip:a@b;tag=1', ''],
  ] as const) {
    it(`shows the caller of ${header} as "${name}"`, () => {
      expect(incomingCallOf(coming({ from: header })).callerDisplayName).to.equal(name);
    });
  }
});
