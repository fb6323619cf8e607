import { expect } from 'chai';
import type { Dn } from '../../lib/call/ids.ts';
import type { Registration } from '../../lib/registrar/registrations.ts';
import { registrationFrom, storedRegistration } from '../../lib/registrar/stored.ts';

const registration: Registration = {
  tenant: 'acme',
  dn: '10/01' as Dn,
  inService: true,
  bindings: [
    {
      uri: 'sip:x@192.0.2.7',
      via: 'sip:192.0.2.7:5066',
      q: 0.5,
      callId: 'c1',
      cseq: 7,
      refreshedAtMs: 1,
      expiresAtMs: 2,
      source: 'udp:192.0.2.7:5066',
      trunk: '',
      health: 'silent',
    },
    {
      ...{ uri: 'sip:y@192.0.2.7', q: 1, callId: 'c1', cseq: 7, refreshedAtMs: 1, expiresAtMs: 2 },
      ...{ source: 's', trunk: 'phones', health: 'unknown' },
    },
  ],
};

describe('a stored registration', () => {
  const stored = JSON.stringify(storedRegistration(registration));

  it('comes back as it was', () => {
    expect(registrationFrom('acme/10/01', JSON.parse(stored))).to.deep.equal(registration);
  });

  const wrong: [string, string, unknown][] = [
    ['has a name without a tenant', '/1001', JSON.parse(stored)],
    ['has a name without a DN', 'acme', JSON.parse(stored)],
    ['is no object', 'acme/1001', 7],
    ['is null', 'acme/1001', null],
    ['has no bindings', 'acme/1001', { inService: true }],
    ['has bindings that are none', 'acme/1001', { inService: true, bindings: [null] }],
    ...['"uri"', '"q"', '"cseq"', '"health"', '"expiresAtMs"', '"inService"'].map(
      (name): [string, string, unknown] => [
        `has no ${name}`,
        'acme/1001',
        JSON.parse(stored.replace(name, '"x"')),
      ],
    ),
    ['has another health', 'acme/1001', JSON.parse(stored.replace('"silent"', '"ill"'))],
    ['has a next hop that is no text', 'acme/1001', JSON.parse(stored.replace('"sip:192.0.2.7:5066"', '7'))],
  ];
  for (const [what, name, thing] of wrong) {
    it(`is none when it ${what}`, () => {
      expect(registrationFrom(name, thing)).to.equal(undefined);
    });
  }
});
