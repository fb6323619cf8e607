import { expect } from 'chai';
import {
  headerNameOfKey,
  isUserToUser,
  matchesAny,
  readCustomName,
} from '../../lib/attached-data/custom-name.ts';

describe('header names', () => {
  const rules: [name: string, patterns: string[], kind: string, key?: string][] = [
    ['X-MS-Custom-CaseId', [], 'custom', 'CaseId'],
    ['x-ms-custom-CaseId', [], 'custom', 'CaseId'],
    ['X-MS-Custom-', [], 'reserved'],
    ['X-MS-Routing', [], 'reserved'],
    ['X-MS-Routing', ['X-*'], 'reserved'],
    ['X-CaseId', [], 'other'],
    ['X-CaseId', ['x-caseid'], 'named-by-trunk', 'X-CaseId'],
    ['X-Acme-Tier', ['X-Acme-*'], 'named-by-trunk', 'X-Acme-Tier'],
    ['X-Acme', ['X-Acme-*'], 'other'],
    ['Subject', ['*'], 'other'],
    ['User-to-User', [], 'other'],
    ['X', [], 'other'],
    ['', ['*'], 'other'],
  ];
  for (const [name, patterns, kind, key] of rules) {
    it(`${name || 'no name'} with patterns [${patterns.join()}] is ${kind}`, () => {
      const read = readCustomName(name, patterns);
      expect(read.kind).to.equal(kind);
      expect('key' in read ? read.key : undefined).to.equal(key);
    });
  }

  const patterns: [pattern: string, name: string, fits: boolean][] = [
    ['X-Acme-*', 'x-acme-a', true],
    ['X-*-Id', 'X-Case-Id', true],
    ['X-*-Id', 'X-Id', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['ab*ba', 'aba', false],
    ['*', '', true],
    ['', 'x', false],
    ['a.c', 'abc', false],
  ];
  for (const [pattern, name, fits] of patterns) {
    it(`pattern ${pattern || 'empty'} ${fits ? 'names' : 'does not name'} ${name || 'nothing'}`, () => {
      expect(matchesAny(name, [pattern])).to.equal(fits);
    });
  }

  it('User-to-User goes without case', () => {
    expect(['User-to-User', 'user-to-user', 'User-To-User'].every(isUserToUser)).to.equal(true);
    expect(['User-to-Use', 'X-User-to-User', 'Upper-Things'].some(isUserToUser)).to.equal(false);
  });

  it('a key gets the prefix, unless it came with a name or the trunk knows it as one', () => {
    expect(headerNameOfKey({ key: 'CaseId' })).to.equal('X-MS-Custom-CaseId');
    expect(headerNameOfKey({ key: 'CaseId', headerName: 'x-ms-custom-CaseId' })).to.equal(
      'x-ms-custom-CaseId',
    );
    expect(headerNameOfKey({ key: 'X-Acme-Tier' }, ['X-Acme-*'])).to.equal('X-Acme-Tier');
    expect(headerNameOfKey({ key: 'X-Acme-Tier' })).to.equal('X-MS-Custom-X-Acme-Tier');
  });
});
