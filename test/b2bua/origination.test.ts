import { expect } from 'chai';
import { originatedCall } from '../../lib/b2bua/origination.ts';
import type { CallIdentity } from '../../lib/call/new-call.ts';
import { compileRouting } from '../../lib/routing/route.ts';
import { neighbourWithoutTrunk } from '../../lib/routing/who-is.ts';

const acme = { ...neighbourWithoutTrunk('acme'), name: 'acme', sources: ['192.0.2.1'] };
const globex = { ...neighbourWithoutTrunk('globex'), name: 'globex', sources: ['192.0.2.2'] };
const routing = compileRouting({
  trunks: [acme, globex],
  routes: [{ number: '^2', targets: ['sip:192.0.2.2'] }],
  trusted: [],
  anyTarget: 'loopback',
  tenant: 'default',
});

/** The code of the refusal and who is at fault, or undefined. */
function refused(from: string, to: string, tenant?: string) {
  const request = { from, to, entries: [], local: false, ...(tenant !== undefined && { tenant }) };
  const newIds = () => ({}) as CallIdentity;
  const made = originatedCall(request, routing, newIds, 0);
  return 'code' in made ? `${made.code} ${made.party ?? ''}` : undefined;
}

describe('a call that a tenant asks for', () => {
  it('goes through its own trunk', () => {
    expect(refused('sip:1@192.0.2.1', 'sip:2@192.0.2.1', 'acme')).to.equal(undefined);
  });

  it("is refused where either party is behind another tenant's trunk, by address or by route", () => {
    expect(refused('sip:1@192.0.2.2', 'sip:2@192.0.2.1', 'acme')).to.equal('relay-denied from');
    expect(refused('sip:1@192.0.2.1', 'sip:1@192.0.2.2', 'acme')).to.equal('relay-denied to');
    expect(refused('sip:1@192.0.2.1', '2', 'acme')).to.equal('no-route to');
  });

  it('goes anywhere when its token is of no tenant', () => {
    expect(refused('sip:1@192.0.2.1', '2')).to.equal(undefined);
  });
});
