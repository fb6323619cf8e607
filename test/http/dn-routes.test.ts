import { expect } from 'chai';
import type { Dn } from '../../lib/call/ids.ts';
import { House } from './support.ts';

const acme = { token: 'acme-acme-acme-acme', scopes: ['calls:read'], tenant: 'acme' } as const;
const all = { token: 'all-all-all-all-all', scopes: ['calls:read'] } as const;
const as = ({ token }: { readonly token: string }) => ({ authorization: `Bearer ${token}` });
const nowMs = 1_700_000_000_000;

describe('the DNs over HTTP', () => {
  let house: House;

  beforeEach(async () => {
    house = await House.open({ http: { tokens: [acme, all] } });
    for (const tenant of ['acme', 'globex'])
      house.registrations.register({ tenant, dn: '1001' as Dn }, [
        {
          uri: 'sip:x7@10.0.0.5',
          via: 'sip:192.0.2.7:5066',
          q: 0.5,
          callId: 'c1',
          cseq: 1,
          refreshedAtMs: nowMs,
          expiresAtMs: nowMs + 60_000,
          source: 'udp:192.0.2.7:5066',
          trunk: tenant === 'acme' ? '' : 'phones',
        },
      ]);
  });

  afterEach(async () => {
    await house.close();
  });

  it('are shown with their contacts, those of the tenant of the token', async () => {
    const { status, body } = await house.send('/v1/dns', undefined, as(acme));
    expect(status).to.equal(200);
    expect(body).to.deep.equal({
      dns: [
        {
          dn: '1001',
          tenant: 'acme',
          inService: true,
          contacts: [
            {
              uri: 'sip:x7@10.0.0.5',
              via: 'sip:192.0.2.7:5066',
              q: 0.5,
              source: 'udp:192.0.2.7:5066',
              trunk: null,
              registeredAt: '2023-11-14T22:13:20.000Z',
              expiresAt: '2023-11-14T22:14:20.000Z',
              health: 'unknown',
            },
          ],
        },
      ],
    });
  });

  it('are shown of all tenants to a token of none', async () => {
    const { body } = await house.send('/v1/dns', undefined, as(all));
    expect(body).to.have.nested.property('dns[1].tenant', 'globex');
    expect(body).to.have.nested.property('dns[1].contacts[0].trunk', 'phones');
  });

  it('are out of service when no contact answers', async () => {
    house.registrations.heard({ tenant: 'acme', dn: '1001' as Dn }, 'sip:x7@10.0.0.5', 'silent');
    const { body } = await house.send('/v1/dns', undefined, as(acme));
    expect(body).to.have.nested.property('dns[0].inService', false);
    expect(body).to.have.nested.property('dns[0].contacts[0].health', 'silent');
  });
});
