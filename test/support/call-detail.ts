import type { CallDetail } from '../../lib/b2bua/call-view.ts';

/** The call of alice and bob, as the API shows it. */
export const aliceAndBob: CallDetail = {
  connId: '00a1b2c3d4e5f607@acme:node1',
  callThreadId: '1122334455667788',
  state: 'established',
  legs: [{ dn: 'alice', role: 'caller', state: 'confirmed', trunk: null }],
  startedAt: '2026-11-20T10:00:00.000Z',
  userData: [{ key: 'CaseId', type: 'string', value: '42' }],
  customContext: { sipHeaders: { 'X-MS-Custom-CaseId': '42' }, voipHeaders: {} },
  revision: 3,
  recording: null,
};
