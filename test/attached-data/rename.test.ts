import { expect } from 'chai';
import { compileKeyPolicy, openKeyPolicy } from '../../lib/attached-data/key-policy.ts';
import {
  compileRename,
  namesBetween,
  noRename,
  renamedDataHeaders,
  renameFault,
} from '../../lib/attached-data/rename.ts';

const cvp = compileRename({ CaseId: 'X-CVP-Case' });
const desk = compileRename({ CaseId: 'X-MS-Custom-Ticket', Tier: 'X-Tier' });

describe("a trunk's own names", () => {
  it('are keys on the way in and headers on the way out, letter case does not count', () => {
    const names = namesBetween(openKeyPolicy, cvp, desk);
    expect(names.keyFromWire('x-cvp-case')).to.equal('CaseId');
    expect(names.headerNameOf('CASEID')).to.equal('X-MS-Custom-Ticket');
    expect(namesBetween(openKeyPolicy, desk, cvp).keyFromWire('Ticket')).to.equal('CaseId');
  });

  it('come before the policy, which names the rest', () => {
    const policy = compileKeyPolicy([
      { key: 'CaseId', out: 'X-Policy-Case' },
      { key: 'Lang', in: 'Language', out: 'X-Lang', write: [] },
    ]);
    const names = namesBetween(policy, cvp, desk);
    expect(names.headerNameOf('CaseId')).to.equal('X-MS-Custom-Ticket');
    expect(names.keyFromWire('Lang')).to.equal('Language');
    expect(names.headerNameOf('Language')).to.equal('X-Lang');
    expect(names.mayWrite('Language', 'party')).to.equal(false);
    expect(names.headerNameOf('Tier')).to.equal('X-Tier');
  });

  it('leave what neither names as it is', () => {
    const names = namesBetween(openKeyPolicy, cvp, desk);
    expect(names.keyFromWire('X-Other')).to.equal('X-Other');
    expect(names.headerNameOf('X-Other')).to.equal(undefined);
    expect(names.isEmpty).to.equal(false);
  });

  it('cost nothing where there are none', () => {
    expect(namesBetween(openKeyPolicy, noRename, noRename)).to.equal(openKeyPolicy);
    expect(compileRename({})).to.equal(noRename);
  });

  it('make data of headers that would be none', () => {
    expect(renamedDataHeaders(desk)).to.deep.equal(['X-Tier']);
  });
});

describe('a map of names is refused', () => {
  const faults: [names: Record<string, string>, fault: string][] = [
    [{ CaseId: 'Subject' }, '"Subject": expected an X- header'],
    [{ CaseId: 'X-MS-Routing' }, '"X-MS-Routing": X-MS- names are Microsoft\'s own'],
    [{ CaseId: 'x-user-to-user' }, '"x-user-to-user" is User-to-User: see profile.uuiHeader'],
    [{ CaseId: 'X-Case', Ticket: 'x-case' }, '"x-case" stands for two keys'],
    [{ CaseId: 'X-Case', caseid: 'X-Ticket' }, '"caseid" has two headers'],
  ];
  for (const [names, fault] of faults) it(fault, () => expect(renameFault(names)).to.equal(fault));

  it('and taken when each key has a header of its own', () => {
    expect(renameFault({ CaseId: 'X-MS-Custom-Ticket', Tier: 'X-Tier' })).to.equal(undefined);
  });
});
