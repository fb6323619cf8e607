import { expect } from 'chai';
import type { DigestVerdict } from '../../lib/registrar/digest-check.ts';
import { judgeSender } from '../../lib/registrar/sender.ts';
import { neighbourWithoutTrunk } from '../../lib/routing/who-is.ts';

const bob = { name: 'bob', tenant: 'acme', dns: ['2001', '2002'], ha1: {} };
const request = {
  method: 'SUBSCRIBE',
  headers: [],
  requestUri: 'sip:2001@pbx',
  from: '<sip:2001@elsewhere>;tag=1',
  to: '<sip:2001@pbx>',
};

/** Sent from a trunk; `verdict`: what becomes of the password, where one is asked for. */
function judged(parts: Partial<typeof request>, { network = false, verdict }: Asked = {}) {
  const trunk = { ...neighbourWithoutTrunk('acme'), network };
  const digest = verdict && { check: () => verdict };
  const rules = { isOwnHost: (host: string) => host === 'pbx', ...(digest !== undefined && { digest }) };
  return judgeSender({ ...request, ...parts }, { kind: 'trunk', trunk, loopback: false }, 0, rules);
}

interface Asked {
  readonly network?: boolean;
  readonly verdict?: DigestVerdict;
}

const accepted: DigestVerdict = { is: 'accepted', user: bob };

describe('who speaks for a DN', () => {
  it('is the DN itself, where nobody has a password', () => {
    expect(judged({})).to.deep.equal({ is: 'accepted', key: { tenant: 'acme', dn: '2001' } });
  });

  it('is who has a password for it, whatever From says', () => {
    const verdict = judged({ from: '<sip:x@y>' }, { verdict: accepted, network: true });
    expect(verdict).to.deep.equal({ is: 'accepted', key: { tenant: 'acme', dn: '2001' } });
  });

  for (const [who, parts, asked, code] of [
    ['somebody else', { from: '<sip:2002@pbx>' }, {}, 'register-forbidden'],
    ['anybody of the outside world', {}, { network: true }, 'register-forbidden'],
    ['who has a password for others', { to: '<sip:2009@pbx>' }, { verdict: accepted }, 'register-forbidden'],
    ['nobody, for a host that is not ours', { to: '<sip:2001@elsewhere>' }, {}, 'dn-not-ours'],
    ['nobody, for what cannot be read', { to: '<>' }, {}, 'bad-register'],
  ] as const) {
    it(`is not ${who}`, () => {
      const verdict = judged(parts, asked);
      expect(verdict.is === 'refused' && verdict.refusal.code).to.equal(code);
    });
  }

  it('is not known before there is a password', () => {
    const verdict: DigestVerdict = { is: 'challenged', headers: [] };
    expect(judged({}, { verdict })).to.equal(verdict);
  });
});
