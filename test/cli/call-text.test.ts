import { expect } from 'chai';
import { formatCall, formatUserData } from '../../lib/cli/call-text.ts';
import type { CallDetail } from '../../lib/client/client.ts';

const call: CallDetail = {
  connId: '00a1b2c3d4e5f607@acme:node1',
  callThreadId: '1122334455667788',
  state: 'established',
  legs: [
    { dn: '2001', role: 'caller', state: 'confirmed', trunk: 'sbc' },
    { dn: '1001', role: 'callee', state: 'confirmed', trunk: null },
  ],
  startedAt: '2026-11-20T10:00:00.000Z',
  userData: [
    { key: 'CaseId', type: 'string', value: '42' },
    { key: 'Note', type: 'string', value: '\u001b[2J' },
  ],
  customContext: { sipHeaders: {}, voipHeaders: {} },
  revision: 3,
  recording: null,
};

describe('a call for people', () => {
  it('is its state, its legs and its data', () => {
    expect(formatCall(call).split('\n')).to.deep.equal([
      '00a1b2c3d4e5f607@acme:node1 established',
      '  started 2026-11-20T10:00:00.000Z, thread 1122334455667788, revision 3',
      '  caller 2001 confirmed, trunk sbc',
      '  callee 1001 confirmed',
      '  CaseId=42',
      '  Note="\\u001b[2J"',
      '',
    ]);
  });

  it('says how it stands with its recording', () => {
    const recording: CallDetail['recording'] = {
      recordingId: 'u1',
      mode: 'capture',
      backend: 'rtpengine',
      state: 'failed',
      startedAt: '2026-11-20T10:00:00.000Z',
      segments: [{ file: '/rec/a.pcap' }, {}],
      reason: 'disk full',
    };
    expect(formatCall({ ...call, recording })).to.include(
      '\n  recording failed by rtpengine, /rec/a.pcap, disk full\n',
    );
  });

  it('has data that is a pair a line', () => {
    expect(formatUserData(call.userData)).to.equal('CaseId=42\nNote="\\u001b[2J"\n');
    expect(formatUserData([])).to.equal('');
  });
});
