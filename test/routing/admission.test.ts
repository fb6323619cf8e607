import { expect } from 'chai';
import { Admission } from '../../lib/routing/admission.ts';
import { compileSources } from '../../lib/routing/who-is.ts';

const sources = compileSources({ trunks: [], trusted: ['203.0.113.0/24'], tenant: 'acme' });
const stranger = '198.51.100.1';

describe('admission', () => {
  it('accepts loopback and trusted sources, however many', () => {
    const admission = new Admission({ sources, burst: 1 });
    const answers = ['127.0.0.1', '::1', '203.0.113.9', '127.0.0.1'].map(address =>
      admission.judge(address, 0),
    );
    expect(answers).to.deep.equal(['accept', 'accept', 'accept', 'accept']);
    expect(admission.strangersRemembered).to.equal(0);
  });

  it('refuses a stranger a few times, then says nothing, and refuses again later', () => {
    const admission = new Admission({ sources, burst: 2, perSecond: 1 });
    const at = (nowMs: number) => admission.judge(stranger, nowMs);
    expect([at(0), at(0), at(0), at(900), at(1900), at(1900)]).to.deep.equal([
      'refuse',
      'refuse',
      'drop',
      'drop',
      'refuse',
      'drop',
    ]);
  });

  it('counts each stranger apart', () => {
    const admission = new Admission({ sources, burst: 1 });
    expect([admission.judge(stranger, 0), admission.judge('198.51.100.2', 0)]).to.deep.equal([
      'refuse',
      'refuse',
    ]);
  });

  it('remembers a bounded number, the longest unseen goes first', () => {
    const admission = new Admission({ sources, burst: 1, perSecond: 0.001, maxStrangers: 2 });
    for (const last of [1, 2, 1, 3]) admission.judge(`198.51.100.${String(last)}`, 0);
    expect(admission.strangersRemembered).to.equal(2);
    expect(admission.judge('198.51.100.1', 0)).to.equal('drop');
    expect(admission.judge('198.51.100.2', 0)).to.equal('refuse');
  });
});
