import { expect } from 'chai';
import { BearerCheck, scopes } from '../../lib/http/bearer.ts';

const all = 'correct-horse-battery';
const some = { token: 'second-horse-battery', scopes: ['events:read'], tenant: 'acme' } as const;

describe('the check of a bearer token', () => {
  it('lets everybody do everything where there are no tokens', () => {
    expect(new BearerCheck([]).grantOf(undefined)).to.deep.equal({ id: '', scopes, tenant: undefined });
  });

  const check = new BearerCheck([all, some]);

  it('gives a bare token all rights, and another its own', () => {
    expect(check.grantOf(`Bearer ${all}`)).to.deep.include({ scopes, tenant: undefined });
    expect(check.grantOf(`bearer  ${some.token} `)).to.deep.include({
      scopes: ['events:read'],
      tenant: 'acme',
    });
  });

  it('tells two tokens apart without telling them', () => {
    const ids = [all, some.token].map(token => check.grantOf(`Bearer ${token}`)?.id);
    expect(new Set(ids)).to.have.property('size', 2);
    expect(ids.join()).to.not.include('horse');
  });

  for (const authorization of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    all,
    `Basic ${all}`,
    `Bearer ${all}x`,
    `Bearer ${all.slice(0, -1)}`,
    `Bearer ${all} ${all}`,
  ]) {
    it(`lets nobody in with ${JSON.stringify(authorization)}`, () => {
      expect(check.grantOf(authorization)).to.equal(undefined);
    });
  }
});
