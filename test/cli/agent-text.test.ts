import { expect } from 'chai';
import { formatAgent } from '../../lib/cli/agent-text.ts';

describe('an agent for people', () => {
  it('is one line, and one for each thing that is on', () => {
    const text = formatAgent({
      agentId: '1001',
      tenant: 'acme',
      dn: '2001',
      state: 'not-ready',
      workMode: 'AuxWork',
      reasons: [{ key: 'Lunch', type: 'int', value: 1 }],
      queues: ['sales', 'care'],
      dnd: true,
      forwardTo: '+4930',
      muted: true,
      mutedConnId: '00@acme:n1',
      listenDisconnected: true,
      listenDisconnectedConnId: null,
      monitoring: { monitorDn: '2002', type: 'MonitorOneCall' },
      messageWaiting: true,
      messages: { waiting: 2, old: null, urgent: 1, urgentOld: null },
      revision: 7,
    });
    expect(text.split('\n')).to.deep.equal([
      '1001 not-ready at 2001, AuxWork',
      '  queues sales, care',
      '  Lunch:int=1',
      '  do not disturb',
      '  forwarded to +4930',
      '  muted in 00@acme:n1',
      '  listening disconnected',
      '  monitors 2002 (MonitorOneCall)',
      '  messages: 2 (1 urgent) new, ? old',
      '',
    ]);
  });

  it('is as much as one may read', () => {
    expect(formatAgent({ agentId: '1001', state: 'ready', revision: 2 })).to.equal('1001 ready\n');
  });

  it('that is logged out is nowhere, and cannot paint the terminal', () => {
    expect(formatAgent({ agentId: '10\u001b[31m01', state: 'logged-out', dn: null })).to.not.include(
      '\u001b',
    );
  });
});
